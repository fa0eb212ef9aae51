"""What a call would come to, without sending anything: its request, its repairs, what it would look up."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from openapi_mcp.auth.choose import MissingCredentialError
from openapi_mcp.errors import CredentialsError
from openapi_mcp.executor.authority import Authority
from openapi_mcp.executor.failures import unauthenticated
from openapi_mcp.executor.masked import masked_failure, masked_lookup, masked_repair
from openapi_mcp.executor.prepare import Prepared, Preparer
from openapi_mcp.executor.recovery import Learning, Recovery
from openapi_mcp.model.call import Call, Failure
from openapi_mcp.model.fault import Looked, Repair
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.secret import Redactor


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """Foresees calls; the `preparer` gives each of their requests one and the same idempotency key."""

    preparer: Preparer
    recovery: Recovery
    authority: Authority

    def request(self, call: Call, *, is_dry: bool = False) -> HttpRequest | Failure:
        """Return what a call would send, secrets masked, or the failure that it would end with before that.

        `is_dry`, it is shown though a credential is missing: the call says that.
        """
        redact = self._redactor(call)
        found, _ = self._foreseen(call)
        if isinstance(found, Failure):
            return masked_failure(found, redact)
        try:
            lent = self.authority.lent(call, found.request.url)
            chosen = self.authority.choose(found.tool.operation, call.caller, lent)
        except CredentialsError as error:
            is_shown = is_dry and isinstance(error, MissingCredentialError)
            return found.request if is_shown else masked_failure(unauthenticated(error), redact)
        return self.authority.masked(found.request, chosen, call.caller)

    def repairs(self, call: Call) -> tuple[Repair, ...]:
        """Return what is repaired in a call before it is sent, secrets masked; nothing where that does not help."""
        found, repairs = self._foreseen(call)
        redact = self._redactor(call)
        return () if isinstance(found, Failure) else tuple(masked_repair(each, redact) for each in repairs)

    def arguments(self, call: Call) -> Mapping[str, Any] | None:
        """Return the arguments of what a call would send, by the names of the list, unmasked; None where none is."""
        found, _ = self._foreseen(call)
        return None if isinstance(found, Failure) else found.arguments

    async def lookups(self, call: Call, learn: Learning, deadline: float) -> tuple[Looked, ...]:
        """Return what a call that cannot be sent as it is would look up, secrets masked; nothing is asked."""
        found = self.preparer.prepare(call)
        if not isinstance(found, Failure):
            return ()
        lookups = await self.recovery.planned(call, found, learn, deadline)
        redact = self._redactor(call)
        return tuple(masked_lookup(replace(each, failed=False), redact) for each in lookups)  # none was made

    def _foreseen(self, call: Call) -> tuple[Prepared | Failure, tuple[Repair, ...]]:
        """Return what a call sends, repaired as far as that goes without asking anybody, and the repairs."""
        found = self.preparer.prepare(call)
        if not isinstance(found, Failure):
            return found, ()
        return self.recovery.foreseen(replace(call, is_shown=True), found)

    def _redactor(self, call: Call) -> Redactor:
        return self.authority.redactor_of(call)
