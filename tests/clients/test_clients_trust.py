"""Whether Gemini CLI trusts a folder."""

from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

import pytest

from openapi_mcp.clients.trust import gemini_trusts

SHOP = PurePosixPath("/u/ann/shop")


def trusts(rules: Any = None, settings: Any = None, **environ: str) -> bool:
    return gemini_trusts(SHOP, environ, settings or {}, rules or {}, lambda path: path)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({}, False),
        ({"/u/ann/shop": "TRUST_FOLDER"}, True),
        ({"/u/ann": "TRUST_FOLDER"}, True),
        ({"/u/ann/other": "TRUST_PARENT"}, True),
        ({"/u/ann/other": "TRUST_FOLDER"}, False),
        ({"/u/ann": "TRUST_FOLDER", "/u/ann/shop": "DO_NOT_TRUST"}, False),
        ({"/u/ann/shop": "TRUST_FOLDER", "/u/ann": "DO_NOT_TRUST"}, True),
        ({"/u/ann/shop": ["TRUST_FOLDER"]}, False),
    ],
)
def test_of_the_rules_about_a_folder_the_longest_decides(rules: Any, expected: bool) -> None:
    """Gemini CLI 0.61.0, trustedFolders.json; TRUST_PARENT is about the folder above its path."""
    assert trusts(rules) is expected


def test_what_its_variables_say_comes_first() -> None:
    """Gemini CLI 0.61.0: for a run in no terminal."""
    rules = {"/u/ann/shop": "TRUST_FOLDER"}
    assert trusts(GEMINI_CLI_TRUST_WORKSPACE="true")
    assert not trusts(rules, GEMINI_CLI_TRUST_WORKSPACE="false")
    assert not trusts(rules, GEMINI_RESTRICTED_MODE="true", GEMINI_CLI_TRUST_WORKSPACE="true")


@pytest.mark.parametrize(
    "settings", [{"security": 1}, {"security": {"folderTrust": {"enabled": True}}}, {"security": {}}]
)
def test_a_person_may_have_switched_the_question_off(settings: Any) -> None:
    """security.folderTrust.enabled of its settings.json; it is on where nothing is said."""
    assert trusts(settings={"security": {"folderTrust": {"enabled": False}}})
    assert not trusts(settings=settings)


def test_windows_knows_no_case_in_paths() -> None:
    """Its paths are compared as it compares them."""
    rules = {"c:\\users\\ann": "TRUST_FOLDER"}
    assert gemini_trusts(PureWindowsPath("C:\\Users\\Ann\\shop"), {}, {}, rules, lambda path: path)
