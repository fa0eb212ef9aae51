"""What an API is known by from run to run, whatever its document says."""

from pathlib import Path

import pytest

from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError
from openapi_mcp.identity import identity_of

URL = "https://host/openapi.json"


def test_a_name_that_the_operator_gave_is_the_identity() -> None:
    """Issue 8, Switches: several APIs, each with its name."""
    assert identity_of(Config(spec=URL, name="shop")) == "shop"


def test_a_source_is_known_by_a_digest_as_it_may_hold_a_secret() -> None:
    """security.md: no secret in a file; no name is taken for a digest."""
    found = identity_of(Config(spec=f"{URL}?token=s3cret"))
    assert found.startswith("sha256:")
    assert "s3cret" not in found


@pytest.mark.parametrize(
    "other",
    [
        Config(spec="https://me:pw@host/openapi.json#top"),
        Config(spec=URL, base_url="https://elsewhere/", methods=frozenset({"DELETE"})),
    ],
)
def test_the_same_source_is_the_same_api_whatever_else_is_said(other: Config) -> None:
    """Issue 8: `dashboard` and `serve` with one --spec mean the same API; a new password makes it no other."""
    assert identity_of(other) == identity_of(Config(spec=URL))


def test_other_sources_are_other_apis() -> None:
    """Two documents of one title are two APIs."""
    said = ("-", "a.yaml", "b.yaml", URL, f"{URL}?v=1", f"{URL}?v=2")
    sources = [*(Config(spec=one) for one in said), Config(spec_command="a.yaml"), Config(spec_command="a b")]
    assert len({identity_of(one) for one in sources}) == 8


def test_a_file_is_known_by_its_path_and_not_by_where_links_lead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: a release that a link leads to tomorrow is the same API."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.yaml").touch()
    (tmp_path / "now.yaml").symlink_to("one.yaml")
    said = ("now.yaml", "./now.yaml", "a/../now.yaml", str(tmp_path / "now.yaml"), (tmp_path / "now.yaml").as_uri())
    before = {identity_of(Config(spec=one)) for one in said}
    (tmp_path / "now.yaml").unlink()
    (tmp_path / "now.yaml").symlink_to("two.yaml")
    assert {identity_of(Config(spec="now.yaml"))} == before
    assert identity_of(Config(spec="one.yaml")) not in before


def test_a_command_is_known_by_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 8: wherever it is started."""
    before = identity_of(Config(spec_command="make 'the document'"))
    monkeypatch.chdir(tmp_path)
    assert identity_of(Config(spec_command='make "the document"')) == before


def test_without_a_source_there_is_no_api() -> None:
    """The error of a start."""
    with pytest.raises(ConfigError, match="no document is given"):
        identity_of(Config())
