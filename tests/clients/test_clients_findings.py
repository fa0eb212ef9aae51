"""What is said of a server that was started or reached."""

from typing import Any

import pytest
from support.entries import COMMON, brief, only, remote, started

from openapi_mcp import __version__
from openapi_mcp.clients.findings import Severity, last_line, of_call, of_failure, of_list, unread
from openapi_mcp.clients.found import Unread
from openapi_mcp.clients.known import Scope
from openapi_mcp.clients.start import StartError
from openapi_mcp.clients.talk import Asked, Listed
from openapi_mcp.errors import ExitCode, OpenapiMcpError

DOC = ("--spec", "o.json")
TOOL = {"name": "a_list", "description": "All a.", "inputSchema": {"type": "object"}}


def came(*tools: dict[str, Any], **more: Any) -> Listed:
    fields = {"era": "legacy", "protocol": "2025-11-25", "server_name": "openapi-mcp", "seconds": 0.5, **more}
    return Listed(tools=tools, **fields)


def test_a_list_that_came_in_time_is_well() -> None:
    """Issue 10: how long, against the client's own limit; which era; how many tools and what the list costs."""
    finding = only(of_list(started(*DOC, client="codex"), came(TOOL), COMMON))
    assert finding.severity is Severity.OK
    assert finding.what == (
        "starts in 0.5 s (Codex CLI waits 10), speaks 2025-11-25 (legacy): 1 tool, 84 bytes (about 21 tokens)"
    )
    assert only(of_list(remote("http://x"), came(TOOL), COMMON)).what.startswith("answers in 0.5 s")


@pytest.mark.parametrize(("seconds", "severity"), [(6.0, "warning"), (12.0, "error")])
def test_a_slow_start_is_told_before_the_client_gives_up(seconds: float, severity: str) -> None:
    """Codex waits 10 s; the list of a first start is kept for the next."""
    findings = list(of_list(started(*DOC, client="codex"), came(TOOL, seconds=seconds), COMMON))
    assert brief(findings) == [("list", "ok"), ("slow", severity)]
    assert "gives up after 10" in findings[1].what
    assert findings[1].mend == "openapi-mcp doctor codex --name shop"


def test_another_version_of_ours_is_told() -> None:
    """Issue 10: an older version of ours. Of a server at a URL only its own machine can be mended."""
    listed = came(TOOL, server_version="0.0.1")
    finding = list(of_list(started(*DOC), listed, COMMON))[1]
    assert (finding.rule, finding.what) == ("version", f"it runs openapi-mcp 0.0.1; this is {__version__}")
    assert finding.mend.startswith("openapi-mcp install")
    assert list(of_list(remote("http://x"), listed, COMMON))[1].mend.startswith("openapi-mcp doctor")
    assert brief(of_list(started(*DOC), came(TOOL, server_version=__version__), COMMON)) == [("list", "ok")]


def test_lines_that_are_no_protocol_and_an_empty_list_are_told() -> None:
    """mcp-facts.md section 6."""
    findings = list(of_list(started(*DOC), came(strays=2, stray="hello"), COMMON))
    assert brief(findings) == [("list", "ok"), ("stdout", "warning"), ("no-tools", "warning")]
    assert "'hello'" in findings[1].what
    assert findings[2].mend == "openapi-mcp inspect --spec o.json"
    assert list(of_list(remote("http://x"), came(), COMMON))[1].mend.startswith("openapi-mcp doctor")


def test_what_a_client_would_do_with_tools_is_told_with_the_real_name_of_the_server() -> None:
    """Issue 10: which tools that client would refuse, hide, cut or misread, and why."""
    long = {**TOOL, "name": "a" * 50}
    findings = list(of_list(started(*DOC, client="cursor", name="a-long-server-name"), came(TOOL, long), COMMON))
    assert brief(findings) == [("list", "ok"), ("tools", "warning")]
    assert f"Cursor hides 1 tool ({'a' * 50}): name length, 69 characters" in findings[1].what
    assert findings[1].mend.endswith("--client cursor")


def test_a_refusal_is_an_error_and_a_missing_description_leads_to_the_document() -> None:
    """`check` has the same levels."""
    odd = {"name": "odd", "description": "", "inputSchema": {"type": "string"}}
    findings = {finding.what.partition(":")[2]: finding for finding in of_list(started(*DOC), came(odd), COMMON)}
    refused = next(one for one in findings.values() if "refuses" in one.what)
    misread = next(one for one in findings.values() if one.what.startswith("Claude Code takes"))
    assert (refused.severity, misread.severity) == (Severity.ERROR, Severity.OK)
    assert misread.mend == "openapi-mcp check --spec o.json"


def test_more_tools_than_fit_lead_to_the_search_mode() -> None:
    """VS Code takes 128; a list of others is mended where it is served."""
    tools = [{**TOOL, "name": f"t{number}"} for number in range(130)]
    finding = list(of_list(started(*DOC, client="vscode"), came(*tools), COMMON))[1]
    assert "VS Code hides 2 tools (t128, t129)" in finding.what
    assert finding.mend.endswith("--mode search")
    assert list(of_list(remote("http://x", client="vscode"), came(*tools), COMMON))[1].mend == ""
    crowd = list(of_list(started(*DOC, client="cursor"), came(*tools[:50]), COMMON))[1]
    assert "Cursor takes the list, but: number of tools" in crowd.what
    again = list(of_list(started(*DOC, "--mode", "tools", client="cursor"), came(*tools[:50]), COMMON))[1]
    assert again.mend.endswith("--spec o.json --mode search")
    many = list(of_list(started(*DOC, client="windsurf"), came(*tools), COMMON))[1]
    assert "t100, t101, t102, t103, ..." in many.what


def failed(code: ExitCode) -> OpenapiMcpError:
    error = OpenapiMcpError("it ended")
    error.exit_code = code
    return error


@pytest.mark.parametrize(
    ("code", "mend"),
    [
        (ExitCode.CREDENTIALS, "the credential"),
        (ExitCode.SOURCE, "openapi-mcp check --spec o.json"),
        (ExitCode.DOCUMENT, "openapi-mcp check --spec o.json"),
        (ExitCode.USAGE, "openapi-mcp doctor claude-code --name shop"),
    ],
)
def test_a_server_that_did_not_start_is_mended_by_its_cause(code: ExitCode, mend: str) -> None:
    """style.md, Errors: the exit status says whose fault."""
    finding = of_failure(started(*DOC), failed(code), "", COMMON, "the credential")
    assert (finding.severity, finding.what, finding.mend) == (Severity.ERROR, "it ended", mend)


def test_a_wrong_word_of_a_command_line_is_mended_in_the_file() -> None:
    """A second look says the same for ever; a server that was too slow the first time may be in time then."""
    ended = StartError("it ended", where="serve", hint="", status=2)
    assert of_failure(started(*DOC), ended, "", COMMON, "").mend == "${EDITOR:-vi} /u/ann/clients.json"
    slow = StartError("not answered", where="serve", hint="")
    assert of_failure(started(*DOC), slow, "", COMMON, "").mend == "openapi-mcp doctor claude-code --name shop"


def test_the_line_that_says_why_is_told() -> None:
    """Our own errors begin with "error: "; of others the last line is the best there is."""
    said = "loading x\nerror: no such file\n   at: x"
    assert last_line(said) == "error: no such file"
    assert last_line("Traceback\nKeyError: 1") == "KeyError: 1"
    assert last_line("") == ""
    assert of_failure(started(), failed(ExitCode.USAGE), said, COMMON, "").what == "it ended (error: no such file)"
    assert of_failure(remote("http://x"), failed(ExitCode.SOURCE), "", COMMON, "").mend.startswith("openapi-mcp doctor")


def asked(kind: str = "", **more: Any) -> Asked:
    return Asked(tool="a_list", seconds=0.25, is_error=bool(kind), kind=kind, **more)


def test_what_was_asked_and_what_came_is_said() -> None:
    """Issue 10."""
    assert of_call(started(), asked(), "", COMMON).what == "the API answers: a_list in 0.25 s"
    late = of_call(started(), asked(waited=2.0), "", COMMON).what
    assert late == "the API answers: a_list in 0.25 s; behind its kept list the server was up 2.0 s later"
    none = of_call(started(), None, "", COMMON)
    assert (none.severity, none.what) == (Severity.OK, "the API was not asked: no tool reads without arguments")
    refused = of_call(started(), asked("unauthenticated", status=401, message="bad token"), "the mend", COMMON)
    assert (refused.rule, refused.severity, refused.mend) == ("credential", Severity.ERROR, "the mend")
    assert refused.what == ("the API does not take the credential: a_list was called: unauthenticated (401), bad token")
    silent = of_call(started(*DOC), asked("unreachable"), "", COMMON)
    assert (silent.severity, silent.mend) == (Severity.ERROR, "openapi-mcp call --spec o.json a_list")
    assert silent.what.endswith("a_list was called: unreachable, no more is said")
    other = of_call(started(), asked("rejected"), "", COMMON)
    assert (other.rule, other.severity) == ("api", Severity.WARNING)
    gone = of_call(started(), asked("not_found", status=404), "", COMMON)
    assert gone.what.endswith("if the document has changed, the kept list is renewed now: look again")


def test_a_file_that_cannot_be_read_is_a_finding() -> None:
    """Issue 10: broken client files are a finding, never a crash."""
    finding = unread(Unread(client="zed", scope=Scope.USER, file="/a b", what="line 2"))
    assert (finding.rule, finding.server, finding.severity) == ("file", "", Severity.ERROR)
    assert finding.mend == "${EDITOR:-vi} '/a b'"
