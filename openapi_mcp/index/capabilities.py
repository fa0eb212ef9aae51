"""What each tool needs before it can be called, and what its answers yield for others."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from openapi_mcp.index.entities import IDS, NUMBERS, parse
from openapi_mcp.index.facts import Facts, read_facts, telling
from openapi_mcp.index.learn import read_vocabulary
from openapi_mcp.index.linked import linked_arguments
from openapi_mcp.index.rank import Ranking
from openapi_mcp.index.shapes import Shapes
from openapi_mcp.index.vocabulary import Vocabulary
from openapi_mcp.index.wants import Want
from openapi_mcp.model.capability import Capabilities, Capability, Need, Yield
from openapi_mcp.model.document import Schema
from openapi_mcp.model.tool import Tool

_MOST_NEEDS = 100  # what is told of them is cut where it is told; `ask` sends no id that it does not know to be one
_MOST_YIELDS = 8
_MOST_FINDS = 6


def find_capabilities(tools: Sequence[Tool], schemas: Mapping[str, Schema]) -> Capabilities:
    """Return what each tool needs and yields; `schemas` are those that a `$ref` in an answer names."""
    plain = {
        tool.name: Capability() for tool in tools if tool.plan is not None
    }  # a workflow finds what it needs itself
    tools = [tool for tool in tools if tool.plan is None]
    vocabulary = read_vocabulary(tools, Shapes(schemas))
    linked = linked_arguments(tools)
    all_facts = read_facts(tools, vocabulary, linked)
    ranking, wanted = Ranking(all_facts, linked), _wanted_keys(all_facts)
    return {facts.tool.name: _capability(facts, ranking, wanted, vocabulary) for facts in all_facts} | plain


def _wanted_keys(all_facts: Sequence[Facts]) -> dict[str, frozenset[str]]:
    """Return the keys by which operations ask for things of each kind."""
    found: dict[str, set[str]] = defaultdict(set)
    for facts in all_facts:
        for want in facts.wants:
            for kind in want.kinds:
                found[kind].add(want.keys[0])
    return {kind: frozenset(keys) for kind, keys in found.items()}


def _capability(
    facts: Facts, ranking: Ranking, wanted: Mapping[str, frozenset[str]], vocabulary: Vocabulary
) -> Capability:
    wants = [want for want in facts.wants if _is_of_another(want, ranking)]
    needs = [(_need(want, facts, ranking), want) for want in wants]
    return Capability(
        needs=tuple(need for need, want in needs if _is_told(need, want, vocabulary))[:_MOST_NEEDS],
        yields=tuple(Yield(entity=spot.kind, field=spot.field) for spot in telling(facts, wanted, vocabulary))[
            :_MOST_YIELDS
        ],
        finds=facts.finds[:_MOST_FINDS],
    )


def _need(want: Want, facts: Facts, ranking: Ranking) -> Need:
    return Need(
        argument=want.given.argument,
        entity=want.entity,
        producers=ranking.producers(want, facts),
        is_required=want.given.is_required,
    )


def _is_of_another(want: Want, ranking: Ranking) -> bool:
    """False for a number that may be left out and that no such thing has: `account_number` where accounts have none.

    It is the caller's own, though other answers may repeat it.
    """
    key = parse(want.given.name).key
    return want.given.is_required or key not in NUMBERS or ranking.has_key(want.kinds, key)


def _is_told(need: Need, want: Want, vocabulary: Vocabulary) -> bool:
    """True for a need that something yields, or that is one for sure: an id of the caller's own making is none."""
    is_known = any(kind in vocabulary.keyed for kind in want.kinds)
    return bool(need.producers) or want.given.location == "path" or (is_known and parse(want.given.name).key in IDS)
