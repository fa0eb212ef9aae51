"""Whose fault a fault of SOAP is: its status is 500, whoever is to blame."""

from typing import Any

from openapi_mcp.recovery.refusals.forms.markup import is_markup, texts_of

_CODES = ("faultcode", "Value")  # of SOAP 1.1, and of 1.2, where it is the first one of its `Code`
_OF_CALLERS = ("Client", "Sender")


def is_fault_of_caller(body: Any) -> bool:
    """True for the fault of SOAP that says that the request is to blame: <faultcode>soap:Client</faultcode>.

    SOAP 1.1 section 4.4.1; SOAP 1.2 part 1, section 5.4.6.
    """
    if not isinstance(body, str) or not is_markup(body):
        return False
    texts = texts_of(body)
    codes = (texts.get(name, "").rpartition(":")[2].partition(".")[0] for name in _CODES)
    return any(code in _OF_CALLERS for code in codes)
