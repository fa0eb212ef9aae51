"""Whom we believe on the wire, and who we say that we are: the TLS options as contexts of the ssl module."""

import os
import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from openapi_mcp.errors import ConfigError, CredentialsError, OpenapiMcpError
from openapi_mcp.model.url import Origin

if TYPE_CHECKING:
    import ssl  # imported where it is used, as httpx is: a list from a catalogue needs neither

_State = tuple[str, int, int] | None
_KEPT = 16  # contexts: each new state of a file makes another
_DEEPEST = 20  # causes of an exception that are looked at: others' code may chain them in a ring


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The authorities whose certificates are believed, and our own certificate, shown to `known` origins only.

    Each is a PEM file; without `ca_bundle` it is whom the system believes, and where it is `insecure` anyone.
    """

    ca_bundle: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    insecure: bool = False
    known: frozenset[Origin] = field(default_factory=frozenset)

    def context(self, where: Origin | None) -> "ssl.SSLContext":
        """Return what a connection to an origin is made with; a file that has changed is read again.

        Where nothing is encrypted no certificates are loaded, which takes longer than all the rest; none is believed.

        Raises:
            ConfigError: the bundle cannot be read.
            CredentialsError: the client certificate, or its key, cannot be.
        """
        if where is not None and where[0] == "http":
            return _believing_nobody()
        files = (self.ca_bundle, self.client_cert, self.client_key)
        return _context(replace(self, known=frozenset()), where in self.known, tuple(map(_state, files)))

    def check(self) -> None:
        """Read what was named, so that a start says what is wrong with it.

        Raises:
            OpenapiMcpError: as `context` does.
        """
        if self.client_key and not self.client_cert:
            hint = "name the certificate that it belongs to: --client-cert FILE"
            raise CredentialsError("a client key says nothing without its certificate", where="--client-key", hint=hint)
        if self.ca_bundle or self.client_cert:
            anywhere = ("https", "", 443)
            replace(self, known=frozenset((anywhere,))).context(anywhere)


def _path(text: str) -> str:
    return os.path.expanduser(text)


def _state(text: str | None) -> _State:
    """Return what tells a file's contents from those it had before; None where there is none."""
    try:
        found = os.stat(_path(text)) if text else None
    except (OSError, ValueError):
        return None
    return found and (str(found.st_ino), found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=1)
def _believing_nobody() -> "ssl.SSLContext":
    import ssl

    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@lru_cache(maxsize=_KEPT)
def _context(trust: Trust, shows_ours: bool, _states: tuple[_State, ...]) -> "ssl.SSLContext":
    made = _believing(trust)
    if shows_ours and trust.client_cert:
        _show(made, trust.client_cert, trust.client_key)
    return made


def _believing(trust: Trust) -> "ssl.SSLContext":
    import ssl

    import httpx

    if trust.insecure:
        return httpx.create_ssl_context(verify=False)
    try:
        if trust.ca_bundle:
            return ssl.create_default_context(cafile=_path(trust.ca_bundle))
        return httpx.create_ssl_context()
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        where = f"--ca-bundle {trust.ca_bundle}" if trust.ca_bundle else "SSL_CERT_FILE"
        raise ConfigError(
            f"cannot read the certificates of authorities: {_reason(error)}",
            where=where,
            hint="give a file of PEM certificates (-----BEGIN CERTIFICATE-----)",
        ) from None


def _show(context: "ssl.SSLContext", cert: str, key: str | None) -> None:
    """Load our certificate and its key.

    A key that a passphrase protects is refused: who would type it? OpenSSL would ask on the terminal.
    """
    try:
        context.load_cert_chain(_path(cert), _path(key) if key else None, password=_no_passphrase)
    except _PassphraseError:
        raise CredentialsError(
            "the client certificate's key is protected by a passphrase, which nobody is there to type",
            where=f"--client-key {key}" if key else f"--client-cert {cert}",
            hint="write it without: openssl pkey -in KEY -out PLAIN, readable by you alone",
        ) from None
    except (OSError, ValueError) as error:
        raise _unusable(cert, key, error) from None


class _PassphraseError(Exception):
    """OpenSSL asks for a passphrase."""


def _no_passphrase() -> str:
    raise _PassphraseError


def _unusable(cert: str, key: str | None, error: OSError | ValueError) -> CredentialsError:
    """Return what is wrong with our certificate; the system does not say with which of the two files."""
    for option, path in (("--client-cert", cert), ("--client-key", key)):
        try:
            if path:
                open(_path(path), "rb").close()
        except (OSError, ValueError) as missing:
            hint = "check the path, and that you may read it"
            return CredentialsError(f"cannot read the file: {_reason(missing)}", where=f"{option} {path}", hint=hint)
    named = f"--client-cert {cert}" + (f" --client-key {key}" if key else "")
    hint = "both are PEM files; without --client-key the key stands in the certificate's file"
    return CredentialsError(f"the client certificate cannot be used: {_reason(error)}", where=named, hint=hint)


def _reason(error: OSError | ValueError) -> str:
    """Return what is wrong, in few words: of "[SSL] PEM lib (_ssl.c:4013)" the words are "PEM lib"."""
    import ssl

    if not isinstance(error, ssl.SSLError):
        return (error.strerror if isinstance(error, OSError) else None) or str(error)
    known = {"KEY_VALUES_MISMATCH": "the key belongs to another certificate"}
    return known.get(error.reason or "", "it holds no certificate, or no key, in PEM form")


_REFUSES_US = re.compile(r"ALERT_(?:HANDSHAKE_FAILURE|BAD_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED)")
"""OpenSSL's names of the alerts (RFC 8446 6.2) by which a server says that it will not have us."""


def certificate_fault(error: BaseException | None) -> OpenapiMcpError | None:
    """Return what is wrong with a certificate, and what to do, where that is what a failed connection comes from."""
    import ssl

    for _ in range(_DEEPEST):
        if error is None:
            break
        if isinstance(error, ssl.SSLCertVerificationError):
            return _not_believed(error)
        if isinstance(error, ssl.SSLError) and (alert := _REFUSES_US.search(str(error))):
            return CredentialsError(
                f"the server refuses us: it may want a client certificate, or another one ({alert[0]})",
                hint="give one with --client-cert FILE; it is shown to the origin of --base-url, or of the document",
            )
        error = error.__cause__ or error.__context__
    return None


def _not_believed(error: "ssl.SSLCertVerificationError") -> ConfigError:
    said = f"the server's certificate is not believed: {error.verify_message.rstrip('.')}"
    if error.verify_code in _OF_ANOTHER_NAME:
        return ConfigError(said, hint="check the host: the certificate is another one's")
    return ConfigError(said, hint="where its authority is one of your own, give that with --ca-bundle FILE")


_OF_ANOTHER_NAME = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
