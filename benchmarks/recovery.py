"""First attempts of a model that fail: which come back right without the model, and what the others are told.

    python benchmarks/recovery.py [--family NAME] [--only CASE] [-v] [--json]
    python benchmarks/recovery.py --faults [-n CALLS]

Over the shop (examples/shop, live) and documents of fifteen other shapes, each with an upstream on loopback that keeps
records and answers as its framework does: FastAPI, RFC 9457 problem details with pointers and with `invalid-params`,
JSON:API, Spring, Rails, ASP.NET, Laravel, Google, Stripe, GitHub, OData, GraphQL-like, express-validator, plain text
and HTML. `openapi-mcp serve --methods all` runs for each, and a real MCP client calls it over stdio.

The families:

    json-text     JSON text where an object, array, number or boolean is meant
    wrapped       a body in an envelope that nobody declared, or of which the envelope is missing
    single        one value for an array
    scalar        "5", "true", and 5 for a string
    enum          a value by case, spaces, dashes, plural, or its label
    dates         dates and times in another form; those that can be read in two ways
    units         numbers with units and thousands separators; units that the document does not say
    base64        data: URLs, the URL-safe form, white space
    spaces        spaces around values
    names         an argument under a near name; two that fit
    contained     a missing field that another argument contains
    lookup        a name, title or email where an id is needed, before sending
    lookup-late   the same where only the answer says that the id is none
    ambiguous     no match, two, part of a name, one on a later page, tools out of reach
    allowed       what is allowed stands only in the refusal
    missing       a required field that nobody gave
    unknown-id    an id that looks real and is not there
    conflict      409, 412, 423: never repeated
    quota         402, 403 and 429 that will not pass
    denied        401 and 403
    half-done     writes on which the upstream acted, or may have
    several       more than one of these at a time

A case says what the right arguments would have been, and the request that these lead to (they are sent first, with the
upstream as it was) must be the last one upstream; or that nothing can be derived, and which field the hint must name.
`wrong` counts wrong repairs, values that were neither given nor answered before, writes that were done twice or by a
lookup, and calls with more than three lookups or three requests. A repair that the result does not tell of is none.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import compress
from pathlib import Path
from typing import Any

import anyio
from mcp import Client, StdioServerParameters
from recovery_apis import clinic, crm, fleet, hotel, hr, library, tracker
from recovery_apis_more import billing, blog, chat, docs, erp, events, forge, weather
from recovery_case import Case
from recovery_cases import FAMILIES
from recovery_faults import report_faults
from recovery_judge import WRONG, Run, Target, Verdict, form, judge
from recovery_mock import Api, running
from recovery_shop import Shop, running_shop

MAKERS = {
    make.__name__: make
    for make in (
        tracker, clinic, hotel, library, fleet, crm, hr, events, docs, billing, forge, erp, chat, blog, weather,
    )
}  # fmt: skip
TIMEOUT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A case and its verdict."""

    case: Case
    verdict: Verdict
    requests: tuple[str, ...]
    result: Any


def main() -> int:
    """Run what is asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", help="only the cases of this family")
    parser.add_argument("--api", help="only the cases of this document")
    parser.add_argument("--only", help="only this case, such as enum-3")
    parser.add_argument("--json", action="store_true", help="every case with its requests and its result")
    parser.add_argument("-v", "--verbose", action="store_true", help="show each case that is not as it should be")
    parser.add_argument("--option", action="append", default=[], help="another option for `serve`, as --option=--x=y")
    parser.add_argument("--faults", action="store_true", help="the second part: one in ten requests fails once")
    parser.add_argument("-n", type=int, default=2_000, help="GETs of the second part; a quarter as many POSTs")
    options = parser.parse_args()
    if options.faults:
        return report_faults(options.n, options.option, as_json=options.json)
    began = time.perf_counter()
    outcomes = run_all(chosen(options), options.option)
    if options.json:
        print(json.dumps([asdict(outcome) for outcome in outcomes], indent=1, ensure_ascii=False, default=str))
    else:
        report(outcomes, verbose=options.verbose)
        print(f"\n{time.perf_counter() - began:.0f} seconds")
    return 0


def chosen(options: argparse.Namespace) -> list[Case]:
    """Return the cases that are asked for."""
    cases = [case for family in FAMILIES for case in family.cases]
    picked = [case for case in cases if options.family in (None, case.family) and options.api in (None, case.api)]
    return [case for case in picked if options.only in (None, case.name)]


def run_all(cases: Sequence[Case], more: Sequence[str]) -> list[Outcome]:
    """Run the cases, two documents at a time; return the outcomes in the order of the cases."""
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        groups[case.api].append(case)
    outcomes: dict[str, Outcome] = {}
    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(lambda name: run_document(name, groups[name], more), groups):
            outcomes |= {outcome.case.name: outcome for outcome in found}
    return [outcomes[case.name] for case in cases]


def run_document(name: str, cases: list[Case], more: Sequence[str]) -> list[Outcome]:
    """Run the cases of one document: those that go without some tools need a server of their own."""
    apart: dict[tuple[str, ...], list[Case]] = defaultdict(list)
    for case in cases:
        apart[case.without].append(case)
    with upstream(name) as api, tempfile.TemporaryDirectory(prefix="recovery-") as folder:
        document = Path(folder) / f"{name}.json"
        document.write_text(json.dumps(api.document()), encoding="utf-8")
        outcomes = []
        for without, some in apart.items():
            left_out = [part for tool in without for part in ("--exclude", f"op:{tool}")]
            serve = ["-m", "openapi_mcp", "serve", "--quiet", "--no-catalogue", "--mode", "tools", "--methods", "all"]
            serve += ["--spec", str(document), "--base-url", api.base, "--timeout", str(TIMEOUT), *left_out, *more]
            if name == "shop":
                serve.append("--allow-anonymous")  # the proxy has the token
            server = StdioServerParameters(command=sys.executable, args=serve, env=dict(os.environ), cwd=folder)
            outcomes += anyio.run(run_cases, server, api, some)
        return outcomes


@contextmanager
def upstream(name: str) -> Iterator[Api | Shop]:
    """Run the upstream of this name."""
    if name == "shop":
        with running_shop() as shop:
            yield shop
        return
    api = MAKERS[name]()
    with running(api):
        yield api


async def run_cases(server: StdioServerParameters, api: Api | Shop, cases: list[Case]) -> list[Outcome]:
    """Run cases one after another through one client."""
    targets = find_targets(api.document())
    async with Client(server) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        if unknown := {case.tool for case in cases} - tools:
            raise SystemExit(f"{api.name} has no tools {', '.join(sorted(unknown))}; it has {', '.join(sorted(tools))}")
        return [await run_case(client, api, case, targets[case.tool]) for case in cases]


def find_targets(document: dict[str, Any]) -> dict[str, Target]:
    """Return method and path of each operation by its id."""
    found = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            found[operation["operationId"]] = (method.upper(), path)
    return found


async def run_case(client: Client, api: Api | Shop, case: Case, target: Target) -> Outcome:
    """Send the right arguments where there are any, then the wrong ones, each to the upstream as it was at first."""
    right = await run(client, api, case, case.right, target, "") if case.right is not None else None
    wrong = await run(client, api, case, case.wrong, target, case.trouble)
    case = replace(case, wrong=placed(case.wrong, api.base))
    requests = tuple(f"{form(one.request)} -> {one.status}" for one in wrong.seen)
    api.reset()
    verdict = judge(case, target, wrong, right)
    return Outcome(case=case, verdict=verdict, requests=requests, result=wrong.content)


async def run(
    client: Client, api: Api | Shop, case: Case, arguments: dict[str, Any], target: Target, trouble: str
) -> Run:
    """Make one call."""
    api.reset()
    api.target, api.trouble = target, trouble
    with anyio.fail_after(60):
        result = await client.call_tool(case.tool, placed(arguments, api.base))
    content = result.structured_content
    if content is None:
        content = [getattr(block, "text", "") for block in result.content]
    return Run(is_error=bool(result.is_error), content=content, seen=tuple(api.seen))


def placed(value: Any, base: str) -> Any:
    """Return arguments with the API's own URL in place of `{base}`."""
    if isinstance(value, dict):
        return {name: placed(item, base) for name, item in value.items()}
    if isinstance(value, list):
        return [placed(item, base) for item in value]
    return value.replace("{base}", base) if isinstance(value, str) else value


def report(outcomes: Sequence[Outcome], *, verbose: bool) -> None:
    """Print a line for each family, the totals, and the goals."""
    families: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        families[outcome.case.family].append(outcome)
    if verbose:
        for outcome in outcomes:
            show(outcome)
    print(f"{'family':14}{'cases':>6}{'fixed':>14}{'refused':>14}{'wrong':>7}")
    for name, found in families.items():
        print(line(name, found))
    print(line("all", outcomes))
    counts: dict[str, int] = defaultdict(int)
    for outcome in outcomes:
        counts[outcome.verdict.word] += 1
    print("\n" + ", ".join(f"{count} {word}" for word, count in sorted(counts.items())))
    goals(outcomes)


def line(name: str, outcomes: Sequence[Outcome]) -> str:
    """Return the line of a family."""
    derivable = [outcome for outcome in outcomes if outcome.case.derivable]
    others = [outcome for outcome in outcomes if not outcome.case.derivable]
    fixed, refused = count(derivable, "fixed"), count(others, "refused", "fixed")
    wrong = count(outcomes, *WRONG)
    return (
        f"{name:14}{len(outcomes):>6}{f'{fixed}/{len(derivable)}':>14}{f'{refused}/{len(others)}':>14}{wrong or '':>7}"
    )


def count(outcomes: Sequence[Outcome], *words: str) -> int:
    """Return how many have one of these verdicts."""
    return sum(outcome.verdict.word in words for outcome in outcomes)


def goals(outcomes: Sequence[Outcome]) -> None:
    """Print each goal and whether it is reached."""
    derivable = [outcome for outcome in outcomes if outcome.case.derivable]
    others = [outcome for outcome in outcomes if not outcome.case.derivable]
    fixed, refused = count(derivable, "fixed"), count(others, "refused", "fixed")
    shares = (
        (f"fixed {fixed / max(1, len(derivable)):.1%} of the derivable (80 %)", fixed >= 0.8 * len(derivable)),
        (f"refused {refused / max(1, len(others)):.1%} of the others with their field (100 %)", refused == len(others)),
        *((f"{count(outcomes, word)} {word} (0)", count(outcomes, word) == 0) for word in WRONG),
    )
    asked = (bool(derivable), bool(others), *(True for _ in WRONG))
    for words, good in compress(shares, asked):
        print(f"{'ok  ' if good else 'MISS'} {words}")


def show(outcome: Outcome) -> None:
    """Print a case that is not as it should be."""
    case, verdict = outcome.case, outcome.verdict
    if verdict.word == "fixed" or (verdict.word == "refused" and case.refusable):
        return
    print(f"{case.name} [{verdict.word}] {case.api}.{case.tool} {json.dumps(case.wrong, ensure_ascii=False)}")
    print(f"    why: {verdict.why}")
    if case.right is not None:
        print(f"    right: {json.dumps(case.right, ensure_ascii=False)}")
    for request in outcome.requests:
        print(f"    upstream: {request}")
    print(f"    result: {json.dumps(outcome.result, ensure_ascii=False)[:900]}\n")


if __name__ == "__main__":
    sys.exit(main())
