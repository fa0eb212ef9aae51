"""Findings of a check in the forms that code hosts show beside the lines of a file: SARIF and GitHub annotations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from openapi_mcp.model.text import one_line

Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")
RULES = {
    "defect": "A defect of the description: an error leaves something out, a warning serves it with a gap.",
    "duplicate-key": "A key stands twice in one mapping; all values but the last are lost.",
    "no-server": "No server in the description can be called as it stands.",
    "client": "A client would refuse, hide, cut or misread tools of the list.",
    "no-description": "An operation without summary and description: a model has only its name to go by.",
    "no-response-schema": "An operation that does not say what a success answers with.",
    "alike": "Tools that say the same in title and description, so that a model cannot tell them apart.",
}
_HOME = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LONGEST = 1_000  # characters of a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to look at, and where. `file` is a path or a URL, None for what has no name; lines count from 1."""

    rule: str
    level: Level
    message: str
    pointer: str
    hint: str = ""
    file: str | None = None
    line: int | None = None
    column: int | None = None

    @property
    def text(self) -> str:
        """The message with what to do about it."""
        said = f"{self.message}; {self.hint}" if self.hint else self.message
        return one_line(said, _LONGEST)


def sarif(findings: Sequence[Finding], version: str) -> dict[str, Any]:
    """Return a SARIF log. Static Analysis Results Interchange Format 2.1.0, section 3."""
    used = [rule for rule in RULES if any(finding.rule == rule for finding in findings)]
    driver = {
        "name": "openapi-mcp",
        "semanticVersion": version,
        "rules": [{"id": rule, "shortDescription": {"text": RULES[rule]}} for rule in used],
    }
    results = [
        {
            "ruleId": finding.rule,
            "ruleIndex": used.index(finding.rule),
            "level": finding.level,
            "message": {"text": finding.text},
            "locations": [_location(finding)],
        }
        for finding in findings
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _HOME, "version": "2.1.0", "runs": [run]}


def _location(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": one_line(finding.pointer, _LONGEST)}]}
    if finding.file is not None:
        physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(finding.file)}}
        if finding.line is not None:
            physical["region"] = {"startLine": finding.line, "startColumn": finding.column or 1}
        location["physicalLocation"] = physical
    return location


def _uri(file: str) -> str:
    """Return a path as a URI reference; a URL as it is."""
    return file if "://" in file else quote(file.replace("\\", "/"))


def github(findings: Iterable[Finding]) -> list[str]:
    """Return a workflow command for each finding: `::error file=api.yaml,line=41,col=3,title=defect::message`.

    Nothing in a document can start a command of its own: what separates is escaped, line breaks are folded.
    """
    return [_workflow_command(finding) for finding in findings]


def _workflow_command(finding: Finding) -> str:
    is_path = finding.file is not None and "://" not in finding.file
    properties = {
        "file": finding.file if is_path else None,
        "line": finding.line if is_path else None,
        "col": finding.column if is_path else None,
        "title": f"openapi-mcp {finding.rule}",
    }
    said = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value is not None)
    command = "notice" if finding.level == "note" else finding.level
    return f"::{command} {said}::{_data(f'{finding.text} ({finding.pointer})')}"


def _data(text: str) -> str:
    return one_line(text, 2 * _LONGEST).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
