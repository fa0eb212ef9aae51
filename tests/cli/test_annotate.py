"""Findings as SARIF and as GitHub annotations."""

import pytest

from openapi_mcp.cli.annotate import RULES, Finding, github, sarif

FOUND = Finding(
    rule="defect",
    level="error",
    message="GET /a is left out",
    hint="correct it",
    pointer="#/paths/~1a/get",
    file="api docs/shop.yaml",
    line=41,
    column=3,
)
NOWHERE = Finding(rule="client", level="note", message="Zed misreads 1 tool (a)", pointer="#")


@pytest.mark.spec("SARIF 2.1.0 section 3")
def test_a_log_has_the_shape_that_the_standard_says() -> None:
    """SARIF 2.1.0: sarifLog, run, tool, result, location, physicalLocation, region; levels note, warning, error."""
    assert sarif([FOUND, NOWHERE], "1.2.3") == {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "openapi-mcp",
                        "semanticVersion": "1.2.3",
                        "rules": [
                            {"id": "defect", "shortDescription": {"text": RULES["defect"]}},
                            {"id": "client", "shortDescription": {"text": RULES["client"]}},
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    {
                        "ruleId": "defect",
                        "ruleIndex": 0,
                        "level": "error",
                        "message": {"text": "GET /a is left out; correct it"},
                        "locations": [
                            {
                                "logicalLocations": [{"fullyQualifiedName": "#/paths/~1a/get"}],
                                "physicalLocation": {
                                    "artifactLocation": {"uri": "api%20docs/shop.yaml"},
                                    "region": {"startLine": 41, "startColumn": 3},
                                },
                            }
                        ],
                    },
                    {
                        "ruleId": "client",
                        "ruleIndex": 1,
                        "level": "note",
                        "message": {"text": "Zed misreads 1 tool (a)"},
                        "locations": [{"logicalLocations": [{"fullyQualifiedName": "#"}]}],
                    },
                ],
            }
        ],
    }


def test_a_url_stays_as_it_is_and_a_file_may_have_no_line() -> None:
    """SARIF 2.1.0 section 3.4.3: uri is a URI reference; section 3.29.4: region is optional."""
    found = Finding(rule="client", level="note", message="x", pointer="#", file="https://example.com/a b")
    (result,) = sarif([found], "1")["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "https://example.com/a b"}}


def test_github_gets_a_command_a_finding() -> None:
    """GitHub, workflow commands: error, warning and notice with file, line, col and title."""
    url = Finding(rule="no-server", level="warning", message="x", pointer="#/servers", file="https://a.b/c", line=1)
    assert github([FOUND, NOWHERE, url]) == [
        "::error file=api docs/shop.yaml,line=41,col=3,title=openapi-mcp defect"
        "::GET /a is left out; correct it (#/paths/~1a/get)",
        "::notice title=openapi-mcp client::Zed misreads 1 tool (a) (#)",
        "::warning title=openapi-mcp no-server::x (#/servers)",
    ]


def test_a_document_cannot_start_a_command_of_its_own() -> None:
    """security.md: the document is hostile; a workflow command starts a line."""
    found = Finding(
        rule="defect", level="error", message="a\n::stop-commands::x\r100%", pointer="#/a\n::b", file="a:,\nb"
    )
    assert github([found]) == ["::error file=a%3A%2C b,title=openapi-mcp defect::a ::stop-commands::x100%25 (#/a ::b)"]
