"""How a page with a graph looks: all of the one that `inspect --graph` writes, and what is the same on any page."""

GRAPH_LOOK = """
#find { font: inherit; padding: 3px 8px; min-width: min(260px, 100%); border: 1px solid var(--faint);
  border-radius: 5px; background: var(--page); color: var(--ink) }
#found { flex-basis: 100%; margin: 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: 4px 10px }
#found:empty { display: none }
#found button, #about button { font: 13px ui-monospace, Menlo, Consolas, monospace; color: var(--mark);
  background: none; border: 0; padding: 1px 3px; cursor: pointer; text-align: left; text-decoration: underline;
  overflow-wrap: anywhere }
#tally { color: var(--faint) }
.legend { margin: 0; color: var(--faint); font-size: 13px }
.graphs > section { display: none; scroll-margin-top: 200px } /* below a header that stays */
.graphs > section:target, .graphs:not(:has(> section:target)) > section:first-child { display: block }
.picture { overflow: auto; padding: 8px; cursor: grab }
.picture.dragged { cursor: grabbing; user-select: none }
.picture.framed { height: 70vh; border: 1px solid var(--faint); border-radius: 8px; padding: 0 }
.picture:focus-visible { outline: 2px solid var(--mark); outline-offset: 1px }
.picture svg { display: block }
.zoom { display: flex; flex-wrap: wrap; gap: 4px; align-items: center; padding: 6px 8px }
.zoom button { font: inherit; min-width: 32px; padding: 2px 8px; border: 1px solid var(--faint); border-radius: 5px;
  background: var(--page); color: var(--ink); cursor: pointer }
.zoom output { min-width: 56px; text-align: center; font-variant-numeric: tabular-nums }
#about { position: fixed; z-index: 3; right: 12px; bottom: 12px; width: min(430px, calc(100vw - 24px));
  max-height: 46vh; overflow: auto; background: var(--bar); color: var(--ink); border: 1px solid var(--faint);
  border-radius: 8px; padding: 10px 14px }
#about[hidden] { display: none }
#about h3 { margin: 0 0 2px; font: 600 14px ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere }
#about p { margin: 2px 0; overflow-wrap: anywhere }
#about ul { margin: 2px 0 6px; padding-left: 18px }
.faint { color: var(--faint) }
.graph .card { cursor: pointer; text-decoration: none; outline: none }
.graph .card:focus-visible .box { stroke: var(--mark); stroke-width: 3 }
.graph .wire { pointer-events: stroke }
.searching .card:not(.match), .searching .wire { opacity: .3 }
.picked .card:not(.on), .picked .wire:not(.on) { opacity: .22 }
.picked .card.match, .picked .card.on, .picked .wire.on { opacity: 1 }
.picked .wire.on { stroke: var(--mark); stroke-width: 2 }
.picked .card.chosen .box { stroke: var(--mark); stroke-width: 3 }
.card.match .box { stroke: var(--mark); stroke-width: 3; stroke-dasharray: none }
.plain .other:not(.on) { display: none }
"""

LOOK = f"""
:root {{ color-scheme: light dark; --page: #ffffff; --ink: #0f172a; --faint: #526075; --bar: #f1f5f9; --mark: #0f6fb3 }}
@media (prefers-color-scheme: dark) {{
  :root {{ --page: #0f172a; --ink: #f1f5f9; --faint: #a8b5c7; --bar: #1e293b; --mark: #7cc4f8 }}
}}
* {{ box-sizing: border-box }}
body {{ margin: 0; background: var(--page); color: var(--ink); font: 15px/1.45 system-ui, sans-serif }}
header {{ position: sticky; top: 0; z-index: 2; background: var(--bar); padding: 10px 16px; display: flex;
  flex-wrap: wrap; gap: 6px 18px; align-items: center }}
h1 {{ font-size: 18px; margin: 0 }}
h2 {{ font-size: 16px; margin: 12px 16px 0 }}
.count {{ margin: 0; color: var(--faint) }}
a {{ color: var(--mark) }}
main {{ padding-bottom: 40vh }} /* so that no card must lie below what is told of it */
{GRAPH_LOOK}"""
