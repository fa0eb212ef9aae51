"""What `inspect` and a start say of the list: in which mode, why, what it costs; and what a tool needs and yields."""

from collections.abc import Mapping
from typing import Any

from openapi_mcp.cli.output import show_text, show_words
from openapi_mcp.generator.listing import Cost, cost, costs, said_mode, tokens_of
from openapi_mcp.model.capability import Capabilities
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Toolset

_SHOWN_SOURCES = 3
_SHOWN_YIELDS = 12


def costs_report(toolset: Toolset, needs: Capabilities, budget: int) -> dict[str, Any]:
    """Return {"mode", "mode_reason", "context_budget", "list_style", "cost", "costs"}.

    `cost` is of the list that is served, `costs` of each form; tokens are bytes / 4.
    """
    return {
        "mode": toolset.mode,
        "mode_reason": toolset.why,
        "context_budget": budget,
        "list_style": toolset.style,
        "cost": _as_json(cost(toolset)),
        "costs": {form: _as_json(each) for form, each in costs(toolset, lambda: needs).items()},
    }


def _as_json(found: Cost) -> dict[str, int]:
    return {"tools": found.tools, "bytes": found.bytes, "tokens": found.tokens}


def show_costs(report: Mapping[str, Any]) -> None:
    """Show what the list costs, the mode and why, and a line for each form."""
    served = report["cost"]
    show_text(
        f"{served['tools']} tools, {served['bytes']:,} bytes listed (about {tokens_of(served['bytes']):,} tokens)"
    )
    show_text(said_mode(report["mode"], report["mode_reason"]).replace(" (", "\n  ("))
    chosen = "search" if report["mode"] == "search" else report["list_style"]
    for form, each in report["costs"].items():
        mark, tokens = "  <- served" if form == chosen else "", tokens_of(each["bytes"])
        show_text(f"  {form:<7} {each['tools']:>6,} tools {each['bytes']:>11,} bytes {tokens:>9,} tokens{mark}")


def show_capability(tool: Mapping[str, Any]) -> None:
    """Show what a tool needs, and from where, and what it yields."""
    for need in tool["needs"]:
        sources = [f"{each['tool']} ({each['field']})" for each in need["from"][:_SHOWN_SOURCES]]
        said = f", from {', '.join(sources)}" if sources else ""
        verb = "needs" if need.get("required", True) else "can be given"
        show_words(one_line(f"{verb} {need['argument']}: {need['entity']}{said}", 300))
    if yields := [f"{each['entity']} ({each['field']})" for each in tool["yields"][:_SHOWN_YIELDS]]:
        show_words(one_line(f"yields {', '.join(yields)}", 500))
