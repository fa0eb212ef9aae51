"""How the web page of a graph looks and what it does: highlighting what leads to a tool, and finding one."""

LOOK = """
:root { color-scheme: light dark; --page: #ffffff; --ink: #0f172a; --faint: #526075; --bar: #f1f5f9; --mark: #0f6fb3 }
@media (prefers-color-scheme: dark) {
  :root { --page: #0f172a; --ink: #f1f5f9; --faint: #a8b5c7; --bar: #1e293b; --mark: #7cc4f8 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.45 system-ui, sans-serif }
header { position: sticky; top: 0; z-index: 2; background: var(--bar); padding: 10px 16px; display: flex;
  flex-wrap: wrap; gap: 6px 18px; align-items: center }
h1 { font-size: 18px; margin: 0 }
h2 { font-size: 16px; margin: 12px 16px 0 }
.count, .legend { margin: 0; color: var(--faint) }
.legend { font-size: 13px }
#find { font: inherit; padding: 3px 8px; min-width: 260px; border: 1px solid var(--faint); border-radius: 5px;
  background: var(--page); color: var(--ink) }
#found { flex-basis: 100%; margin: 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: 4px 10px }
#found:empty { display: none }
button { font: 13px ui-monospace, Menlo, Consolas, monospace; color: var(--mark); background: none; border: 0;
  padding: 1px 3px; cursor: pointer; text-align: left; text-decoration: underline }
a { color: var(--mark) }
main { padding-bottom: 40vh } /* so that no card must lie below what is told of it */
section { display: none; scroll-margin-top: 200px } /* below the header, which stays */
section:target, main:not(:has(section:target)) > section:first-child { display: block }
.picture { overflow: auto; padding: 8px }
.picture svg { display: block }
#about { position: fixed; right: 12px; bottom: 12px; width: min(430px, calc(100vw - 24px)); max-height: 46vh;
  overflow: auto; background: var(--bar); border: 1px solid var(--faint); border-radius: 8px; padding: 10px 14px }
#about[hidden] { display: none }
#about h3 { margin: 0 0 2px; font: 600 14px ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere }
#about p { margin: 2px 0; overflow-wrap: anywhere }
#about ul { margin: 2px 0 6px; padding-left: 18px }
.faint { color: var(--faint) }
.graph .card { cursor: pointer; text-decoration: none; outline: none }
.graph .card:focus-visible .box { stroke: var(--mark); stroke-width: 3 }
.graph .wire { pointer-events: stroke }
.picked .card:not(.on), .picked .wire:not(.on) { opacity: .22 }
.picked .wire.on { stroke: var(--mark); stroke-width: 2 }
.picked .card.chosen .box { stroke: var(--mark); stroke-width: 3 }
.card.match .box { stroke: var(--mark); stroke-width: 3; stroke-dasharray: none }
.plain .other:not(.on) { display: none }
"""

SCRIPT = """
"use strict";
(() => {
const graph = JSON.parse(document.getElementById("graph").textContent);
const nodes = new Map(graph.nodes.map(node => [node.tool, node]));
const cards = [...document.querySelectorAll(".card")], wires = [...document.querySelectorAll(".wire")];
const find = document.getElementById("find"), found = document.getElementById("found");
const about = document.getElementById("about"), sections = document.querySelectorAll("section");
const MOST = 24;
let chosen = "";

const grouped = (list, key) => {
  const map = new Map();
  for (const each of list) map.has(each[key]) ? map.get(each[key]).push(each) : map.set(each[key], [each]);
  return map;
};
const sourcesOf = grouped(graph.edges, "to"), targetsOf = grouped(graph.edges, "from");
// A resource's card has a name that no tool has to have: it is joined by the wires drawn from and to it.
const drawn = wires.map(wire => ({ wire, from: wire.dataset.from, to: wire.dataset.to,
  first: !wire.classList.contains("other") }));

function reach(start, section, step, to) {
  const here = drawn.filter(each => each.first && each.from !== each.to && section.contains(each.wire));
  const by = grouped(here, step), on = new Set([start]), left = [start], used = new Set();
  while (left.length) {
    for (const each of by.get(left.pop()) || []) {
      used.add(each.wire);
      if (!on.has(each[to])) { on.add(each[to]); left.push(each[to]); }
    }
  }
  return [on, used];
}

function light(key, section) {
  const [up, upWires] = reach(key, section, "to", "from"), [down, downWires] = reach(key, section, "from", "to");
  const beside = new Set([...up, ...down]);
  for (const { from, to } of drawn) {
    if (from === key) beside.add(to);
    if (to === key) beside.add(from);
  }
  section.classList.add("picked");
  for (const card of section.querySelectorAll(".card")) {
    card.classList.toggle("on", beside.has(card.dataset.key));
    card.classList.toggle("chosen", card.dataset.key === key);
  }
  for (const { wire, from, to } of drawn)
    wire.classList.toggle("on", upWires.has(wire) || downWires.has(wire) || from === key || to === key);
}

function dark() {
  sections.forEach(section => section.classList.remove("picked"));
  wires.forEach(wire => wire.classList.remove("on"));
}

function shown() {
  return [...sections].find(section => section.offsetParent !== null) || sections[0];
}

function relight() {
  dark();
  if (chosen && shown().querySelector(`[data-key="${CSS.escape(chosen)}"]`)) light(chosen, shown());
}

function element(kind, text, look) {
  const made = document.createElement(kind);
  if (text) made.textContent = text;
  if (look) made.className = look;
  return made;
}

function toTool(name) {
  const button = element("button", name);
  button.type = "button";
  button.addEventListener("click", () => go(name));
  return button;
}

function told(heading, edges, end) {
  const part = document.createDocumentFragment();
  if (!edges.length) return part;
  part.append(element("p", heading, "faint"));
  const list = element("ul");
  for (const edge of edges.slice(0, MOST)) {
    const item = element("li"), field = edge.field ? ` ${edge.field}` : "";
    item.append(toTool(edge[end]), `${field} \\u2192 ${edge.argument} (${edge.entity})`);
    list.append(item);
  }
  if (edges.length > MOST) list.append(element("li", `and ${edges.length - MOST} more`));
  part.append(list);
  return part;
}

function tell(name) {
  const node = nodes.get(name);
  about.hidden = !node;
  if (!node) return;
  const close = element("button", "close (Esc)");
  close.type = "button";
  close.addEventListener("click", clear);
  about.replaceChildren(element("h3", name), element("p", `${node.method} ${node.path}`, "faint"),
    element("p", node.title), node.finds.length ? element("p", `Finds by ${node.finds.join(", ")}.`) : "",
    told("What it needs, and where that comes from", sourcesOf.get(name) || [], "from"),
    told("What it leads to", (targetsOf.get(name) || []).filter(edge => edge.rank === 1), "to"), close);
}

function choose(name) {
  chosen = name;
  relight();
  tell(name);
}

function clear() {
  choose("");
}

function go(name) {
  const section = document.getElementById(`r${graph.resources[name]}`);
  if (section) location.hash = section.id;
  const card = (section || sections[0]).querySelector(`[data-key="${CSS.escape(name)}"]`);
  choose(name);
  if (card) { card.scrollIntoView({ block: "center", inline: "center" }); card.focus({ preventScroll: true }); }
}

function matching() {
  const words = find.value.toLowerCase().split(/\\s+/).filter(Boolean);
  if (!words.length) return [];
  return graph.nodes.filter(node => {
    const text = [node.tool, node.method, node.path, node.title, ...node.tags].join(" ").toLowerCase();
    return words.every(word => text.includes(word));
  });
}

function search() {
  const hits = matching(), names = new Set(hits.map(node => node.tool));
  cards.forEach(card => card.classList.toggle("match", names.has(card.dataset.key)));
  const items = hits.slice(0, MOST).map(node => {
    const item = element("li");
    item.append(toTool(node.tool));
    return item;
  });
  if (hits.length > MOST) items.push(element("li", `and ${hits.length - MOST} more`, "faint"));
  if (find.value.trim() && !hits.length) items.push(element("li", "no tool has these words", "faint"));
  found.replaceChildren(...items);
}

for (const card of cards) {
  if (!card.hasAttribute("href")) {
    card.setAttribute("tabindex", "0");
    card.setAttribute("role", "button");
    card.addEventListener("click", () => choose(chosen === card.dataset.key ? "" : card.dataset.key));
    card.addEventListener("keydown", event => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(card.dataset.key); }
    });
  } else if (nodes.has(card.dataset.key)) {
    card.addEventListener("click", event => { event.preventDefault(); go(card.dataset.key); });
  }
  const over = () => { if (!chosen) light(card.dataset.key, card.closest("section")); };
  const out = () => { if (!chosen) dark(); };
  for (const name of ["mouseenter", "focus"]) card.addEventListener(name, over);
  for (const name of ["mouseleave", "blur"]) card.addEventListener(name, out);
}
find.addEventListener("input", search);
find.addEventListener("keydown", event => {
  const hits = matching();
  if (event.key === "Enter" && hits.length) go(hits[0].tool);
});
document.addEventListener("keydown", event => { if (event.key === "Escape") clear(); });
const others = document.getElementById("others");
others.addEventListener("change", () => document.body.classList.toggle("plain", !others.checked));
window.addEventListener("hashchange", relight);
})();
"""
