"""The TLS options as contexts: who is believed, who sees our certificate, and what is wrong with a file."""

import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from support.certified import Papers, papers

from openapi_mcp.errors import ConfigError, CredentialsError
from openapi_mcp.tls import Trust, certificate_fault

ONE, TWO = ("https", "one.test", 443), ("https", "two.test", 443)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return papers(tmp_path_factory.mktemp("papers"))


def test_only_tls_loads_certificates_and_once() -> None:
    """Our choice: the trust store takes longer to load than all the rest; without one no certificate is accepted."""
    plain, knowing = Trust().context(("http", "one.test", 80)), Trust().context(ONE)
    assert plain is Trust().context(("http", "two.test", 80))
    assert knowing is Trust().context(TWO)
    assert (plain.get_ca_certs(), plain.verify_mode, plain.check_hostname) == ([], ssl.CERT_REQUIRED, True)
    assert knowing.get_ca_certs() != []
    assert (knowing.verify_mode, knowing.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_no_file_is_read_where_nothing_is_encrypted() -> None:
    """Our choice."""
    Trust(ca_bundle="nowhere.pem").context(("http", "one.test", 80))
    with pytest.raises(ConfigError):
        Trust(ca_bundle="nowhere.pem").context(ONE)


def test_a_bundle_stands_in_place_of_the_systems_authorities(held: Papers) -> None:
    """issue: --ca-bundle."""
    assert len(Trust(ca_bundle=held.bundle).context(ONE).get_ca_certs()) == 1


def test_insecure_believes_anyone_with_a_bundle_too(held: Papers) -> None:
    """issue: --insecure."""
    context = Trust(ca_bundle=held.bundle, insecure=True).context(ONE)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)


def test_origins_that_see_our_certificate_have_a_context_of_their_own(held: Papers) -> None:
    """security.md 6: only to origins the operator named."""
    trust = Trust(ca_bundle=held.bundle, client_cert=held.both, known=frozenset((ONE,)))
    assert trust.context(ONE) is not trust.context(TWO)
    assert trust.context(TWO) is replace(trust, known=frozenset()).context(ONE)


def test_a_file_that_has_changed_is_read_again(held: Papers, tmp_path: Path) -> None:
    """Our choice: short-lived certificates are renewed while we run; new connections use them."""
    mine = tmp_path / "mine.pem"
    mine.write_bytes(Path(held.both).read_bytes())
    trust = Trust(client_cert=str(mine), known=frozenset((ONE,)))
    before = trust.context(ONE)
    assert trust.context(ONE) is before
    mine.write_bytes(Path(held.cert).read_bytes() + Path(held.key).read_bytes() + b"\n")
    assert trust.context(ONE) is not before


def test_a_home_folder_is_found(held: Papers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: a config file has no shell that would put it in."""
    monkeypatch.setenv("HOME", str(held.folder))
    monkeypatch.setenv("USERPROFILE", str(held.folder))
    Trust(ca_bundle="~/ca.pem", client_cert="~/client.pem", client_key="~/client.key").check()


def test_what_was_not_given_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: the system's authorities are read when they are needed."""
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    Trust(insecure=True).check()


def test_a_system_without_authorities_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """style.md, Errors: httpx takes the system's from this variable."""
    from openapi_mcp.tls import _believing

    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    with pytest.raises(ConfigError) as raised:
        _believing(Trust())
    assert (raised.value.where, raised.value.exit_code) == ("SSL_CERT_FILE", 2)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file"),
        (b"", "no certificate"),
        (b"plain text\n", "no certificate"),
        (b"\xff\0", "no certificate"),
    ],
    ids=["missing", "empty", "text", "bytes"],
)
def test_a_bundle_that_is_none_is_refused(tmp_path: Path, content: bytes | None, reason: str) -> None:
    """Exit status 2: an option is wrong."""
    bundle = tmp_path / "ca.pem"
    if content is not None:
        bundle.write_bytes(content)
    with pytest.raises(ConfigError) as raised:
        Trust(ca_bundle=str(bundle)).check()
    assert reason in raised.value.message
    assert (raised.value.where, raised.value.exit_code) == (f"--ca-bundle {bundle}", 2)


@pytest.mark.parametrize("name", ["nul\0.pem", "nowhere.pem"])
def test_a_client_certificate_that_is_missing_is_refused(name: str) -> None:
    """Exit status 5: a credential is missing."""
    with pytest.raises(CredentialsError) as raised:
        Trust(client_cert=name).check()
    assert raised.value.message.startswith("cannot read the file: ")
    assert (raised.value.where, raised.value.exit_code) == (f"--client-cert {name}", 5)


def test_a_client_key_that_is_missing_is_named(held: Papers) -> None:
    """The system does not say which of the two files it means."""
    with pytest.raises(CredentialsError) as raised:
        Trust(client_cert=held.cert, client_key="nowhere.key").check()
    assert raised.value.where == "--client-key nowhere.key"


def test_a_certificate_without_its_key_is_refused(held: Papers) -> None:
    """Exit status 5."""
    with pytest.raises(CredentialsError) as raised:
        Trust(client_cert=held.cert).check()
    assert "no key" in raised.value.message
    assert "--client-key" in str(raised.value.hint)


def test_a_key_of_another_certificate_is_refused(held: Papers, tmp_path: Path) -> None:
    """Exit status 5."""
    other = papers(tmp_path)
    with pytest.raises(CredentialsError) as raised:
        Trust(client_cert=held.cert, client_key=other.key).check()
    assert raised.value.message.endswith("the key belongs to another certificate")


def test_a_key_without_its_certificate_is_refused(held: Papers) -> None:
    """Exit status 5."""
    with pytest.raises(CredentialsError) as raised:
        Trust(client_key=held.key).check()
    assert raised.value.where == "--client-key"


def test_a_key_under_a_passphrase_is_refused_and_nobody_is_asked(held: Papers, tmp_path: Path) -> None:
    """Our choice: OpenSSL would ask on the terminal, in the middle of a protocol."""
    with pytest.raises(CredentialsError) as raised:
        Trust(client_cert=held.cert, client_key=held.locked_key).check()
    assert "passphrase" in raised.value.message
    assert raised.value.where == f"--client-key {held.locked_key}"
    both = tmp_path / "both.pem"
    both.write_bytes(Path(held.locked_key).read_bytes() + Path(held.cert).read_bytes())
    with pytest.raises(CredentialsError) as raised:
        Trust(client_cert=str(both)).check()
    assert raised.value.where == f"--client-cert {both}"


def test_what_is_no_fault_of_a_certificate_is_none() -> None:
    """Our choice: other errors keep their own words."""
    assert certificate_fault(ConnectionError("refused")) is None
    assert certificate_fault(ssl.SSLError(1, "bad record mac")) is None


def test_causes_that_run_in_a_ring_are_looked_at_to_an_end() -> None:
    """Our choice: an exception's `__cause__` is set by others' code, and nothing keeps it from leading back."""
    outer, inner = ConnectionError("outer"), ConnectionError("inner")
    outer.__cause__, inner.__cause__ = inner, outer
    assert certificate_fault(outer) is None
    refused = ssl.SSLCertVerificationError(1, "self-signed")
    refused.verify_message, refused.verify_code = "self-signed certificate", 18
    inner.__cause__ = refused
    fault = certificate_fault(outer)
    assert fault is not None
    assert "self-signed" in fault.message
