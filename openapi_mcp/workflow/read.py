"""JSON value to Arazzo description: what is broken is left out and said."""

import re
from collections.abc import Iterator

from openapi_mcp.errors import DocumentError
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.workflow import ArazzoDocument, LeftOut, SourceDescription, Workflow
from openapi_mcp.workflow.bounds import DEEPEST
from openapi_mcp.workflow.ending import circling, endless
from openapi_mcp.workflow.faults import WorkflowError
from openapi_mcp.workflow.fields import Fields, JsonObject, quoted
from openapi_mcp.workflow.findings import Findings
from openapi_mcp.workflow.had import given_by_steps, had, never_had
from openapi_mcp.workflow.newer import Noted, as_first, out_of_order
from openapi_mcp.workflow.reusable import components_of
from openapi_mcp.workflow.scope import Document
from openapi_mcp.workflow.workflows import MOST_WORKFLOWS, in_circles, without_broken, workflow_of

_VERSION = re.compile(r"1\.[01]\.[0-9]{1,9}(?:-.{1,100})?")
_NEWER = "1.1."
_NAME = re.compile(r"[A-Za-z0-9_\-]+")
_FIELDS = ("arazzo", "info", "sourceDescriptions", "workflows", "components")
_KINDS = ("openapi", "arazzo", "asyncapi")
_MOST_SOURCES = 100


def read(root: JsonValue, *, where: str = "") -> ArazzoDocument:
    """Return an Arazzo 1.0.x or 1.1.x description, references to its components resolved, with its Problems.

    A workflow with an error, or that leads to one with an error, is left out; its Problem names workflow and step.
    `where` is what the document is called in an error: its file.

    Raises:
        DocumentError: not an Arazzo description, or of another version.
    """
    if not isinstance(root, dict) or "arazzo" not in root:
        hint = 'an Arazzo description starts with "arazzo": "1.0.1" and has "workflows"'
        raise DocumentError("this is not an Arazzo description", where=where or None, hint=hint)
    version = root["arazzo"]
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        said = f"this is Arazzo {quoted(str(version))}, and only 1.0.x and 1.1.x are read"
        raise DocumentError(said, where=f"{where}#/arazzo", hint='write it by Arazzo 1.1: "arazzo": "1.1.0"')
    findings = Findings()
    if version.startswith(_NEWER):
        return _newer(root, findings, where)
    return _document(root, Fields(root, "#", findings, "the description"), findings)


def _newer(root: JsonObject, findings: Findings, where: str) -> ArazzoDocument:
    """Return a description of 1.1, once it is written as 1.0 has it."""
    try:
        made, noted = as_first(root)
    except WorkflowError as error:
        raise DocumentError(error.message, where=where or None, hint=error.hint) from None
    workflows = root.get("workflows")
    for index, each in enumerate(workflows if isinstance(workflows, list) else ()):
        if isinstance(each, dict):
            noted += tuple(out_of_order(each.get("steps"), f"#/workflows/{index}/steps"))
    return _document(made, Fields(made, "#", findings, "the description"), findings, noted)


def _document(root: JsonObject, fields: Fields, findings: Findings, noted: tuple[Noted, ...] = ()) -> ArazzoDocument:
    fields.know(_FIELDS)
    info = Fields(fields.get("info"), "#/info", findings, "info")
    info.know(("title", "summary", "description", "version"))
    title, version = info.text("title", required=True), info.text("version", required=True)
    sources = tuple(_sources(fields))
    components = components_of(fields)
    workflows, left_out = _workflows(root, fields, sources, components, noted)
    return ArazzoDocument(
        title=title,
        version=version,
        summary=info.text("summary"),
        description=info.text("description"),
        sources=sources,
        workflows=tuple(workflows),
        components=components,
        problems=findings.problems,
        left_out=tuple(left_out),
    )


def _sources(fields: Fields) -> Iterator[SourceDescription]:
    """Yield the source descriptions whose names are no other's."""
    seen: set[str] = set()
    for item, pointer in fields.items("sourceDescriptions", _MOST_SOURCES):
        source = Fields(item, pointer, fields.findings, "a source description")
        source.know(("name", "url", "type"))
        name, url, kind = source.text("name", required=True), source.text("url", required=True), source.text("type")
        if kind and kind not in _KINDS:
            said = f"there are no source descriptions of type {quoted(kind)}"
            fields.findings.error(source.at("type"), said, f"write {', '.join(_KINDS)}")
        elif name in seen:
            said = f"there are two source descriptions {quoted(name)}"
            fields.findings.error(source.at("name"), said, "rename one")
        elif name and url:
            if not _NAME.fullmatch(name):
                hint = "use letters, digits, hyphens and underscores"
                fields.findings.warn(source.at("name"), f"{quoted(name)} is hard to name in an expression", hint)
            seen.add(name)
            yield SourceDescription(name=name, url=url, kind=kind)
    if not seen:
        said = "the description has no source descriptions"
        fields.findings.warn("#", said, "name the OpenAPI description: sourceDescriptions: [{name, url, type}]")


def _workflows(
    root: JsonObject,
    fields: Fields,
    sources: tuple[SourceDescription, ...],
    components: JsonObject,
    noted: tuple[Noted, ...],
) -> tuple[list[Workflow], list[LeftOut]]:
    """Return the workflows that can be served, and those that are left out."""
    named = dict(_named(fields))
    document = Document(
        workflows=frozenset(named),
        sources={each.name: each.kind for each in sources},
        components=components,
        given=given_by_steps(named),
    )
    found: dict[str, Workflow] = {}
    broken: list[str] = []
    for workflow_id, each in named.items():
        each.findings = fields.findings.part("workflow", workflow_id)
        _note(noted, each)
        found[workflow_id] = workflow_of(each, workflow_id, document, root)
        broken += [workflow_id] if each.findings.is_broken else []
    for workflow_id in in_circles(found):
        said = "it depends on itself, or on workflows that do"
        named[workflow_id].findings.error(named[workflow_id].at("dependsOn"), said, "remove one of the circle")
        broken.append(workflow_id)
    for workflow_id, workflow in found.items():
        own = had(workflow_id, workflow.inputs, document.given, depends=bool(workflow.depends_on))
        for pointer, never in never_had(workflow, own, found):
            named[workflow_id].findings.error(pointer, never.message, never.hint)
            broken.append(workflow_id)
    for workflow_id in endless({name: each for name, each in found.items() if name not in broken}):
        said = "no run of it can succeed: each way to its end leads round in a circle, or through such a workflow"
        hint = "give it a way out: an action with criteria, or an onFailure that leads on"
        named[workflow_id].findings.error(named[workflow_id].pointer, said, hint)
        broken.append(workflow_id)
    for workflow_id in circling(found):
        if workflow_id not in broken:
            said = f"it may call itself, and workflows call one another at most {DEEPEST} deep"
            named[workflow_id].findings.warn(
                named[workflow_id].pointer, said, "use goto, which goes on without coming back"
            )
    if not found:
        fields.findings.error("#", "the description has no workflows", "give it at least one")
    parts = {workflow_id: each.findings for workflow_id, each in named.items()}
    kept = without_broken(found, broken, parts)
    ids = {each.id for each in kept}
    return kept, [_left_out(each, parts[each.id]) for each in found.values() if each.id not in ids]


def _note(noted: tuple[Noted, ...], workflow: Fields) -> None:
    """Note in a workflow what was found in it, and in what all of them may refer to."""
    for each in noted:
        if each.pointer.startswith((f"{workflow.pointer}/", "#/components/")):
            note = workflow.findings.error if each.is_fatal else workflow.findings.warn
            note(each.pointer, each.message, each.hint)


def _left_out(workflow: Workflow, findings: Findings) -> LeftOut:
    return LeftOut(id=workflow.id, pointer=workflow.pointer, reason=findings.first or "it cannot be read")


def _named(fields: Fields) -> Iterator[tuple[str, Fields]]:
    """Yield the workflows whose ids are no other's."""
    seen: set[str] = set()
    for item, pointer in fields.items("workflows", MOST_WORKFLOWS):
        workflow = Fields(item, pointer, fields.findings, "a workflow")
        workflow_id = workflow.text("workflowId", required=True)
        if workflow_id in seen:
            said = f"there are two workflows {quoted(workflow_id)}"
            fields.findings.error(workflow.at("workflowId"), said, "rename one")
        elif workflow_id:
            seen.add(workflow_id)
            yield workflow_id, workflow
