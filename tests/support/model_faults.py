"""How services of models fail: statuses, words and headers as Anthropic and OpenAI document or are seen to send them.

Each is a turn of a script: it is said in the form of the wire that asks.
"""

from support.model_talk import Conversation, Fault, Reply, Turn

GARBAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


def said(anthropic: Fault, openai: Fault) -> Turn:
    """Return a fault in the form of each wire."""

    def turn(conversation: Conversation) -> Reply | Fault:
        return anthropic if conversation.wire == "anthropic" else openai

    return turn


def payment_required() -> Turn:
    """402: the account has no money."""
    return said(
        Fault(status=402, kind="billing_error", message="Your account has a billing problem: payment is required."),
        Fault(status=402, kind="billing_error", message="Payment is required to go on.", code="payment_required"),
    )


def out_of_credit() -> Turn:
    """The prepaid money is spent: a 400 at one, a 429 at the other."""
    credit = (
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or "
        "purchase credits."
    )
    quota = (
        "You exceeded your current quota, please check your plan and billing details. For more information on this "
        "error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors."
    )
    return said(
        Fault(status=400, kind="invalid_request_error", message=credit),
        Fault(status=429, kind="insufficient_quota", message=quota, code="insufficient_quota"),
    )


def usage_limit(*, resets: str = "2126-01-01 at 00:00 UTC") -> Turn:
    """A limit that the organisation set is reached, until a day."""
    words = f"You have reached your specified API usage limits. You will regain access on {resets}."
    quota = f"You have hit your usage limit, which resets at {resets}."
    return said(
        Fault(status=400, kind="invalid_request_error", message=words),
        Fault(status=429, kind="usage_limit_reached", message=quota, code="usage_limit_reached"),
    )


def rate_limited(*, after: float | None = None) -> Turn:
    """429: too many in this minute."""
    headers = {} if after is None else {"retry-after": f"{after:g}"}
    words = "This request would exceed your organization's rate limit of 50 requests per minute."
    fault = Fault(status=429, kind="rate_limit_error", message=words, code="rate_limit_exceeded", headers=headers)
    tokens = "Rate limit reached for requests per min (RPM): Limit 3, Used 3, Requested 1."
    other = Fault(status=429, kind="requests", message=tokens, code="rate_limit_exceeded", headers=headers)
    return said(fault, other)


OVERLOADED = Fault(status=529, kind="overloaded_error", message="Overloaded")
UNAVAILABLE = Fault(
    status=503,
    kind="server_error",
    message="That model is currently overloaded with other requests. You can retry your request.",
)


def overloaded() -> Turn:
    """529 at one, 503 at the other."""
    return said(OVERLOADED, UNAVAILABLE)


def server_error() -> Turn:
    """500."""
    fault = Fault(status=500, kind="api_error", message="Internal server error")
    return said(fault, Fault(status=500, kind="server_error", message="The server had an error. Sorry about that!"))


def garbage() -> Turn:
    """A proxy's page where an answer should be, with a status that promises one."""
    fault = Fault(status=200, kind="", message="", body=GARBAGE, headers={"Content-Type": "text/html"})
    return said(fault, fault)


def hung_up() -> Turn:
    """The connection ends, and nothing was said."""
    fault = Fault(status=0, kind="", message="")
    return said(fault, fault)


def rejected() -> Turn:
    """400: a request that it does not take."""
    fault = Fault(status=400, kind="invalid_request_error", message="tools.0: this tool is not supported", code="x")
    return said(fault, fault)


def bad_key(wire: str, key: str) -> Fault:
    """401; OpenAI says a part of the key."""
    if wire == "anthropic":
        return Fault(status=401, kind="authentication_error", message="invalid x-api-key")
    words = f"Incorrect API key provided: {key}. You can find your API key at https://platform.openai.com/account."
    return Fault(status=401, kind="invalid_request_error", message=words, code="invalid_api_key")


def unknown_model(wire: str, model: str) -> Fault:
    """404."""
    if wire == "anthropic":
        return Fault(status=404, kind="not_found_error", message=f"model: {model}")
    words = f"The model `{model}` does not exist or you do not have access to it."
    return Fault(status=404, kind="invalid_request_error", message=words, code="model_not_found")


def too_long(wire: str, characters: int, most: int) -> Fault:
    """400: more than the context takes."""
    if wire == "anthropic":
        words = f"prompt is too long: {characters // 4} tokens > {most // 4} maximum"
        return Fault(status=400, kind="invalid_request_error", message=words)
    words = (
        f"This model's maximum context length is {most // 4} tokens. However, your messages resulted in "
        f"{characters // 4} tokens. Please reduce the length of the messages."
    )
    return Fault(status=400, kind="invalid_request_error", message=words, code="context_length_exceeded")
