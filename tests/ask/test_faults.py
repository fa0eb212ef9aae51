"""What a failed request to a model means: bodies and headers as the services document and send them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from openapi_mcp.ask.faults import Seen, fault_of
from openapi_mcp.ask.names import ModelName, Wire
from openapi_mcp.model.chat import FaultKind, ModelFault
from openapi_mcp.model.secret import Secret

NOW = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
KEY = "sk-ant-api03-abcdefgh"
CLAUDE = ModelName(
    name="anthropic:claude-x", id="claude-x", wire=Wire.ANTHROPIC, url="https://api.anthropic.com", key=Secret(KEY)
)
GPT = ModelName(name="openai:gpt-x", id="gpt-x", wire=Wire.OPENAI, url="https://api.openai.com/v1", key=Secret(KEY))
LOCAL = ModelName(name="qwen3:8b", id="qwen3:8b", wire=Wire.OPENAI, url="http://localhost:11434", is_named_url=True)


def anthropic(kind: str, message: str) -> Any:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}


def openai(message: str, kind: str | None = None, code: str | None = None) -> Any:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def routed(raw: str) -> Any:
    """Return how OpenRouter hands on what its own provider said."""
    return {
        "error": {"message": "Provider returned error", "code": 400, "metadata": {"raw": raw, "provider_name": "X"}}
    }


def read(model: ModelName, status: int | None, body: Any, **headers: str) -> ModelFault:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return fault_of(model, Seen(status=status, body=body, headers=sent), NOW)


OPENAI_PLAIN = (
    "Rate limit reached for gpt-x in organization org-1 on tokens per min (TPM): Limit 30000, Used 29000, Requested "
    "2000. Please try again in 2s. Visit https://platform.openai.com/account/rate-limits to learn more. You can "
    "increase your rate limit by adding a payment method at https://platform.openai.com/account/billing."
)
ANTHROPIC_PLAIN = (
    "This request would exceed the rate limit for your organization of 50 requests per minute. For details, refer to: "
    "https://docs.anthropic.com/en/api/rate-limits. You may also contact sales at https://www.anthropic.com/contact-sales"
)
KEY_LIMIT = "Key limit exceeded (total limit). Manage it using https://router.test/settings/keys"
MODERATED = 'x/y requires moderation on a router. Your input was flagged for "violence". No credits were charged.'
GROQ = {
    "error": {
        "message": "Failed to call a function. Please adjust your prompt. See 'failed_generation' for more details.",
        "type": "invalid_request_error",
        "code": "tool_use_failed",
        "failed_generation": "<function=customers_list{}>",
    }
}
AZURE_VOLUME = {"error": {"code": "403", "message": "Out of call volume quota. Quota will be replenished in 12:14:00."}}
AZURE_FILTER = {
    "error": {
        "code": "content_filter",
        "message": "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
        "param": "prompt",
        "status": 400,
        "innererror": {"code": "ResponsibleAIPolicyViolation"},
    }
}
KINDS: list[tuple[str, ModelName, int | None, Any, FaultKind]] = [
    # quota
    ("402 anthropic", CLAUDE, 402, anthropic("billing_error", "Billing"), FaultKind.QUOTA),
    (
        "credit balance",
        CLAUDE,
        400,
        anthropic("invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
        FaultKind.QUOTA,
    ),
    (
        "usage limits",
        CLAUDE,
        400,
        anthropic("invalid_request_error", "You have reached your specified API usage limits. You will regain access"),
        FaultKind.QUOTA,
    ),
    (
        "plan",
        CLAUDE,
        429,
        anthropic("rate_limit_error", "Usage limit reached. Resets at 15:00 UTC."),
        FaultKind.QUOTA,
    ),
    (
        "insufficient_quota",
        GPT,
        429,
        openai("You exceeded your current quota, please check your plan.", "insufficient_quota", "insufficient_quota"),
        FaultKind.QUOTA,
    ),
    ("quota in words", GPT, 429, openai("You exceeded your current quota, please check your plan."), FaultKind.QUOTA),
    ("plan of a client", GPT, 429, {"type": "usage_limit_reached", "message": "The limit."}, FaultKind.QUOTA),
    ("billing limit", GPT, 429, openai("Billing hard limit has been reached"), FaultKind.QUOTA),
    ("402 router", LOCAL, 402, {"error": {"code": 402, "message": "This needs more credits"}}, FaultKind.QUOTA),
    ("402 bare", LOCAL, 402, None, FaultKind.QUOTA),
    ("per day", LOCAL, 429, openai("Rate limit exceeded: free-models-per-day."), FaultKind.QUOTA),
    ("inner body alone", GPT, 429, openai("x", "insufficient_quota")["error"], FaultKind.QUOTA),
    # passing
    ("429 openai", GPT, 429, openai(OPENAI_PLAIN, "tokens", "rate_limit_exceeded"), FaultKind.RATE_LIMITED),
    ("429 anthropic", CLAUDE, 429, anthropic("rate_limit_error", ANTHROPIC_PLAIN), FaultKind.RATE_LIMITED),
    ("429 bare", LOCAL, 429, "slow down", FaultKind.RATE_LIMITED),
    ("529", CLAUDE, 529, anthropic("overloaded_error", "Overloaded"), FaultKind.OVERLOADED),
    ("503", GPT, 503, openai("The engine is currently overloaded, please try again later"), FaultKind.OVERLOADED),
    ("in a stream", CLAUDE, None, anthropic("overloaded_error", "Overloaded"), FaultKind.OVERLOADED),
    ("in a stream of 200", CLAUDE, 200, anthropic("overloaded_error", "Overloaded"), FaultKind.OVERLOADED),
    ("in a stream, own", CLAUDE, None, anthropic("api_error", "Internal server error"), FaultKind.SERVER),
    ("500", CLAUDE, 500, anthropic("api_error", "Internal server error"), FaultKind.SERVER),
    ("502 page", GPT, 502, "<html><h1>502 Bad Gateway</h1></html>", FaultKind.SERVER),
    ("504", CLAUDE, 504, anthropic("timeout_error", "timed out"), FaultKind.UNREACHABLE),
    # for good
    ("401", CLAUDE, 401, anthropic("authentication_error", "invalid x-api-key"), FaultKind.CREDENTIALS),
    ("403", CLAUDE, 403, anthropic("permission_error", "not allowed"), FaultKind.CREDENTIALS),
    ("400 key", LOCAL, 400, openai("API key not valid. Please pass a valid API key."), FaultKind.CREDENTIALS),
    ("404", CLAUDE, 404, anthropic("not_found_error", "model: claude-x"), FaultKind.UNKNOWN_MODEL),
    (
        "404 openai",
        GPT,
        404,
        openai("The model `gpt-x` does not exist or you do not have access to it.", "x", "model_not_found"),
        FaultKind.UNKNOWN_MODEL,
    ),
    ("400 model", GPT, 400, openai("invalid model ID", "invalid_request_error"), FaultKind.UNKNOWN_MODEL),
    (
        "ollama",
        LOCAL,
        404,
        openai('model "qwen3:8b" not found, try pulling it first', "api_error"),
        FaultKind.UNKNOWN_MODEL,
    ),
    ("ollama, no tools", LOCAL, 400, openai("library/gemma does not support tools"), FaultKind.REJECTED),
    ("400", CLAUDE, 400, anthropic("invalid_request_error", "messages.1: roles must alternate"), FaultKind.REJECTED),
    ("422", LOCAL, 422, {"detail": "field required"}, FaultKind.REJECTED),
    # too long
    (
        "anthropic",
        CLAUDE,
        400,
        anthropic("invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum"),
        FaultKind.TOO_LONG,
    ),
    (
        "anthropic, both",
        CLAUDE,
        400,
        anthropic("invalid_request_error", "input length and `max_tokens` exceed context limit: 199000 + 9 > 200000"),
        FaultKind.TOO_LONG,
    ),
    (
        "413",
        CLAUDE,
        413,
        anthropic("request_too_large", "Request exceeds the maximum allowed number of bytes."),
        FaultKind.TOO_LONG,
    ),
    ("openai", GPT, 400, openai("x", "invalid_request_error", "context_length_exceeded"), FaultKind.TOO_LONG),
    (
        "vllm",
        LOCAL,
        400,
        {
            "object": "error",
            "message": "This model's maximum context length is 4096 tokens. However, you requested 5000",
        },
        FaultKind.TOO_LONG,
    ),
    (
        "vllm, prompt",
        LOCAL,
        400,
        openai("The decoder prompt (length 5000) is longer than the maximum model length of 4096."),
        FaultKind.TOO_LONG,
    ),
    ("ollama, prompt", LOCAL, 400, openai("prompt too long; exceeded max context length by 9"), FaultKind.TOO_LONG),
    ("llama.cpp", LOCAL, 400, openai("the request exceeds the available context size"), FaultKind.TOO_LONG),
    (
        "lm studio",
        LOCAL,
        400,
        {"error": "The number of tokens to keep from the initial prompt is greater than the context length."},
        FaultKind.TOO_LONG,
    ),
    (
        "tgi",
        LOCAL,
        422,
        {
            "error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000",
            "error_type": "validation",
        },
        FaultKind.TOO_LONG,
    ),
    (
        "anthropic, long contexts for more",
        CLAUDE,
        429,
        anthropic("rate_limit_error", "Extra usage is required for long context requests."),
        FaultKind.TOO_LONG,
    ),
    # routers
    ("key's limit", LOCAL, 403, {"error": {"code": 403, "message": KEY_LIMIT}}, FaultKind.QUOTA),
    ("moderated", LOCAL, 403, {"error": {"code": 403, "message": MODERATED}}, FaultKind.REJECTED),
    ("number in a stream", LOCAL, 200, {"error": {"code": 502, "message": "No data"}}, FaultKind.SERVER),
    (
        "number in a stream, 429",
        LOCAL,
        None,
        {"code": 429, "message": "Provider returned error"},
        FaultKind.RATE_LIMITED,
    ),
    ("number as text", LOCAL, None, {"code": "503", "message": "Provider returned error"}, FaultKind.OVERLOADED),
    (
        "number and type",
        LOCAL,
        None,
        {"code": 502, "type": "invalid_request_error", "message": "Provider returned error"},
        FaultKind.SERVER,
    ),
    (
        "router, what its provider said",
        LOCAL,
        400,
        routed('{"error":{"message":"This model\'s maximum context length is 32768 tokens","type":"x"}}'),
        FaultKind.TOO_LONG,
    ),
    ("router, in words", LOCAL, 400, routed("prompt is too long: 9 tokens > 8 maximum"), FaultKind.TOO_LONG),
    ("router, a code", LOCAL, 400, routed('{"error":{"code":"context_length_exceeded"}}'), FaultKind.TOO_LONG),
    ("router, busy", LOCAL, 429, routed("x/y:free is temporarily rate-limited upstream."), FaultKind.RATE_LIMITED),
    ("router, no words", LOCAL, 400, routed('{"error": '), FaultKind.REJECTED),
    (
        "router, in a stream",
        LOCAL,
        200,
        {"error": {**routed("Overloaded")["error"], "code": 503}},
        FaultKind.OVERLOADED,
    ),
    (
        "router, no tools",
        LOCAL,
        404,
        openai("No endpoints found that support tool use. To learn more about routing, visit: https://router.test"),
        FaultKind.REJECTED,
    ),
    ("router, no model", LOCAL, 404, openai("No endpoints found for foo/bar."), FaultKind.UNKNOWN_MODEL),
    # what other services call a spent quota
    (
        "litellm",
        LOCAL,
        400,
        openai("ExceededBudget: Current cost: 1.2, Max budget: 1.0", "budget_exceeded", "400"),
        FaultKind.QUOTA,
    ),
    (
        "litellm, 429",
        LOCAL,
        429,
        openai("Budget has been exceeded! Current cost: 1.2, Max budget: 1.0", None, "429"),
        FaultKind.QUOTA,
    ),
    (
        "bedrock, a day",
        LOCAL,
        429,
        openai("ThrottlingException: Too many tokens per day, please wait before trying again."),
        FaultKind.QUOTA,
    ),
    (
        "bedrock, a moment",
        LOCAL,
        429,
        openai("ThrottlingException: Too many tokens, please wait before trying again."),
        FaultKind.RATE_LIMITED,
    ),
    (
        "cohere, prompt",
        LOCAL,
        400,
        {"message": "too many tokens: total number of tokens in the prompt cannot exceed 4081"},
        FaultKind.TOO_LONG,
    ),
    ("plan's limit", CLAUDE, 429, anthropic("rate_limit_error", "You've hit your limit · resets 3pm"), FaultKind.QUOTA),
    (
        "rate limit that was hit",
        CLAUDE,
        429,
        anthropic("rate_limit_error", "You've hit your rate limit. Please slow down."),
        FaultKind.RATE_LIMITED,
    ),
    (
        "x.ai",
        LOCAL,
        403,
        {
            "code": "The caller does not have permission to execute the specified operation",
            "error": "Your newly created team doesn't have any credits or licenses yet. You can purchase those on x",
        },
        FaultKind.QUOTA,
    ),
    ("dashscope", LOCAL, 400, openai("Access denied.", "Arrearage", "Arrearage"), FaultKind.QUOTA),
    (
        "dashscope, free",
        LOCAL,
        403,
        openai("free tier of the model has been exhausted.", None, "AllocationQuota.FreeTierOnly"),
        FaultKind.QUOTA,
    ),
    ("one-api", LOCAL, 403, openai("$0.00", "new_api_error", "insufficient_user_quota"), FaultKind.QUOTA),
    ("one-api, token", LOCAL, 429, openai("none", "new_api_error", "pre_consume_token_quota_failed"), FaultKind.QUOTA),
    (
        "cohere",
        LOCAL,
        429,
        {"message": "You are using a Trial key, which is limited to 1000 API calls / month."},
        FaultKind.QUOTA,
    ),
    (
        "disabled",
        CLAUDE,
        400,
        anthropic("invalid_request_error", "This organization has been disabled."),
        FaultKind.CREDENTIALS,
    ),
    (
        "more than a minute's worth",
        GPT,
        429,
        openai("Request too large for gpt-x on tokens per min (TPM): Limit 30000, Requested 40000.", "tokens"),
        FaultKind.TOO_LONG,
    ),
    ("groq, a call that cannot be read", LOCAL, 400, GROQ, FaultKind.MALFORMED),
    ("groq, within a stream", LOCAL, None, GROQ, FaultKind.MALFORMED),
    (
        "lm studio",
        LOCAL,
        400,
        {
            "error": "Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded "
            "with context length of only 4096 tokens, which is not enough."
        },
        FaultKind.TOO_LONG,
    ),
    (
        "lm studio, loaded",
        LOCAL,
        400,
        {"error": "it is loaded with context length of only 9"},
        FaultKind.TOO_LONG,
    ),
    ("azure, volume", LOCAL, 403, AZURE_VOLUME, FaultKind.QUOTA),
    ("azure, filter", LOCAL, 400, AZURE_FILTER, FaultKind.REJECTED),
]


@pytest.mark.parametrize(("model", "status", "body", "kind"), [each[1:] for each in KINDS], ids=[k[0] for k in KINDS])
def test_each_answer_has_its_kind(model: ModelName, status: int | None, body: Any, kind: FaultKind) -> None:
    """Anthropic, Errors; OpenAI, Error codes; what vLLM, Ollama, llama.cpp and routers answer. Issue 11."""
    found = read(model, status, body)
    assert (found.kind, found.model, found.status) == (kind, model.name, status)
    assert found.message.startswith(f"{model.name}: ")
    assert "What to do: " in found.message


@pytest.mark.parametrize("body", [None, [], {}, 7, "", "\x1b[2J", {"error": None}, {"error": {"error": {}}}, [[[]]]])
@pytest.mark.parametrize("status", [None, 200, 302, 400, 418, 429, 500, 599])
def test_any_body_has_some_kind_and_nothing_of_it_reaches_a_terminal(status: int | None, body: Any) -> None:
    """security.md: what answers is not trusted."""
    found = read(LOCAL, status, body)
    assert found.message.isprintable()


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry_after": "7"}, None, 7.0),
        ({"retry_after": "1.5"}, None, 1.5),
        ({"retry_after_ms": "250"}, None, 0.25),
        ({"retry_after": "Sat, 31 Jan 2026 12:00:20 GMT"}, None, 20.0),
        ({"retry_after": "Sat, 31 Jan 2026 11:00:00 GMT"}, None, 0.0),
        ({}, openai("Please try again in 2s."), 2.0),
        ({}, openai("Please try again in 1m2.5s."), 62.5),
        ({}, openai("Try again in 20 seconds"), 20.0),
        ({}, {"error": {"message": "x", "metadata": {"retry_after_seconds": 12}}}, 12.0),
        ({}, [{"error": {"message": "x", "details": [{"retryDelay": "36.5s"}]}}], 36.5),
        ({"anthropic_ratelimit_tokens_reset": "2026-01-31T12:00:45Z"}, None, 45.0),
        ({"x_ratelimit_reset_requests": "8s", "x_ratelimit_remaining_requests": "0"}, None, 8.0),
        ({"x_ratelimit_reset_requests": "8s", "x_ratelimit_remaining_requests": "3"}, None, None),
        ({"retry_after": "-5"}, None, None),
        ({"retry_after": "soon"}, None, None),
        ({"retry_after": "1e9"}, None, None),
        ({"retry_after": "9" * 400}, None, None),
        ({}, None, None),
    ],
)
def test_a_rate_limit_says_how_long_to_wait(headers: Any, body: Any, seconds: float | None) -> None:
    """RFC 9110, 10.2.3; retry-after-ms of both SDKs; google.rpc.RetryInfo; the words of OpenAI's 429."""
    found = read(LOCAL, 429, body, **headers)
    assert (found.kind, found.retry_after) == (FaultKind.RATE_LIMITED, seconds)


def test_who_is_told_to_wait_for_many_minutes_has_spent_a_quota() -> None:
    """Our choice: five minutes and more."""
    found = read(LOCAL, 429, None, retry_after="1800")
    assert (found.kind, found.retry_after, found.seconds_to_reset) == (FaultKind.QUOTA, None, 1800.0)
    assert read(LOCAL, 429, None, retry_after="299").kind is FaultKind.RATE_LIMITED


SPENT = openai("You exceeded your current quota.", "insufficient_quota", "insufficient_quota")


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({}, SPENT, None),
        ({"retry_after": "60"}, SPENT, 60.0),
        ({"x_ratelimit_reset_requests": "6m0s"}, SPENT, 360.0),
        ({"x_ratelimit_reset_requests": "6m0s", "x_ratelimit_remaining_requests": "5"}, SPENT, None),
        ({"x_ratelimit_reset_tokens": "120ms", "x_ratelimit_reset_requests": "1h2m3s"}, SPENT, 3723.0),
        ({"anthropic_ratelimit_tokens_reset": "2026-01-31T12:10:00Z"}, SPENT, 600.0),
        (
            {
                "anthropic_ratelimit_tokens_reset": "2026-01-31T13:00:00Z",
                "anthropic_ratelimit_tokens_remaining": "9000",
                "anthropic_ratelimit_requests_reset": "2026-01-31T12:00:30Z",
                "anthropic_ratelimit_requests_remaining": "0",
            },
            SPENT,
            30.0,
        ),
        ({"anthropic_ratelimit_unified_reset": str(int(NOW.timestamp()) + 90)}, SPENT, 90.0),
        ({"x_ratelimit_reset": str((int(NOW.timestamp()) + 90) * 1000)}, SPENT, 90.0),
        ({"x_ratelimit_reset_requests": "9" * 300 + "s"}, SPENT, None),
        ({}, {"error": {"type": "usage_limit_reached", "resets_at": int(NOW.timestamp()) + 50}}, 50.0),
        ({}, {"error": {"type": "usage_limit_reached", "resets_in_seconds": 55}}, 55.0),
        ({}, {"error": {"type": "usage_limit_reached", "resets_at": "never"}}, None),
        ({}, openai("You reached your usage limits. You will regain access on 2026-02-01 at 00:00 UTC."), 43_200.0),
        ({}, openai("Your usage limit is reached; it resets at 15:30 UTC."), 12_600.0),
        ({}, openai("Your usage limit is reached; it resets at 3:30 pm (UTC)."), 12_600.0),
        ({}, openai("Your usage limit is reached; it resets at 09:00 UTC."), 75_600.0),
        ({}, openai("Your usage limit is reached; it resets at 99:00 UTC."), None),
        ({}, openai("You've hit your limit · resets 3pm (Europe/Lisbon)"), 10_800.0),
        ({}, openai("You've hit your limit · resets 3pm (America/New_York)"), 28_800.0),
        ({}, openai("You've hit your limit · resets 12:30am (Asia/Kolkata)"), 25_200.0),
        ({}, openai("You've hit your weekly limit · resets Feb 2, 9am (Europe/Lisbon)"), 162_000.0),
        ({}, openai("You've hit your weekly limit · resets Feb 31, 9am (UTC)"), None),
        ({}, openai("Your usage limit resets at 12pm UTC."), 86_400.0),
        ({}, openai("Your usage limit resets at 3pm."), None),
        ({}, openai("Your usage limit resets 3pm (Nowhere/At_All)"), None),
        ({}, openai("Your usage limit resets 3pm (../../etc/passwd)"), None),
        ({}, openai("Your usage limit resets 3pm (Europe)"), None),
        ({}, openai("Your usage limit resets 13pm (UTC)"), None),
        ({}, openai("Your usage limit: 3 requests; 5 (UTC)"), None),
        ({}, openai(f"Usage limit reached|{int(NOW.timestamp()) + 70}"), 70.0),
        ({}, openai("Usage limit reached, resets 2026-02-30T00:00:00Z"), None),
        ({}, openai("Tokens per day (TPD) are used. Please try again in 7m12s."), 432.0),
    ],
)
def test_a_spent_quota_says_when_it_comes_back(headers: Any, body: Any, seconds: float | None) -> None:
    """Anthropic, Rate limits, Response headers; OpenAI, Rate limits in headers; the words of both. Issue 11."""
    found = read(GPT, 429, body, **headers)
    assert (found.kind, found.seconds_to_reset) == (FaultKind.QUOTA, seconds)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "No endpoints found that support tool use."),
        (400, "registry.ollama.ai/library/gemma:2b does not support tools"),
    ],
)
def test_of_a_model_that_takes_no_tools_it_is_said(status: int, words: str) -> None:
    """OpenRouter, Ollama: the name is right, and the key; another model is wanted."""
    assert "cannot call tools; name another --model" in read(LOCAL, status, openai(words)).message


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("replenished in 12:14:00.", 44_040.0),
        ("replenished in 5.12:14:00.", 476_040.0),
        ("replenished in 00:00:59", 59.0),
        ("replenished in 40.00:00:00.", None),
        ("replenished soon.", None),
    ],
)
def test_a_volume_that_is_used_up_says_when_it_is_replenished(said: str, seconds: float | None) -> None:
    """Azure API Management, quota: a TimeSpan, "[d.]hh:mm:ss", in its words."""
    found = read(LOCAL, 403, {"error": {"code": "403", "message": f"Out of call volume quota. Quota will be {said}"}})
    assert (found.kind, found.seconds_to_reset) == (FaultKind.QUOTA, seconds)


@pytest.mark.parametrize(
    "body",
    [
        AZURE_FILTER,
        openai("Input data may contain inappropriate content.", "data_inspection_failed", "data_inspection_failed"),
        openai("Your request was rejected by the safety system.", "invalid_request_error", "content_policy_violation"),
        openai("Invalid prompt: it was flagged as potentially violating our usage policy.", None, "invalid_prompt"),
        openai("Content Exists Risk", "invalid_request_error", "invalid_request_error"),
        openai(MODERATED),
    ],
)
def test_a_filter_that_refuses_is_told_as_one(body: Any) -> None:
    """Azure, content filtering; Alibaba, OpenAI, DeepSeek, OpenRouter: the request is fine, its words are not liked."""
    found = read(LOCAL, 400, body)
    assert found.kind is FaultKind.REJECTED
    assert "a filter of its provider refuses what was said" in found.message
    assert "ask in other words" in found.message


def test_a_call_that_its_own_service_cannot_read_is_told_as_the_models_slip() -> None:
    """Groq, tool_use_failed: nothing is wrong with the address, or with the request."""
    found = read(LOCAL, 400, GROQ)
    assert "it wrote a call that its service cannot read (HTTP 400)" in found.message
    assert "speaks the language" not in found.message


def test_what_a_routers_provider_said_is_told() -> None:
    """Our choice: "Provider returned error" alone helps nobody."""
    assert "maximum of 8 images" in read(LOCAL, 400, routed('{"error":{"message":"maximum of 8 images"}}')).message


def test_a_key_that_was_given_is_what_is_to_be_checked() -> None:
    """Our choice: who gave --model-key has no use for the name of a variable."""
    found = read(replace(CLAUDE, is_named_key=True), 401, anthropic("authentication_error", "invalid x-api-key"))
    assert "--model-key" in found.message
    assert "ANTHROPIC_API_KEY" not in found.message


def test_no_key_is_in_a_message() -> None:
    """security.md 10; OpenAI quotes the key with stars in it."""
    said = f"Incorrect API key provided: {KEY}, sk-proj-********abcd. Bearer abcdefghij"
    found = read(CLAUDE, 401, openai(said))
    for secret in (KEY, "abcd", "abcdefghij"):
        assert secret not in found.message


def test_a_message_is_the_providers_own_words_in_short_and_what_to_do() -> None:
    """style.md, Errors."""
    found = read(CLAUDE, 402, anthropic("billing_error", "Pay " * 5000))
    assert len(found.message) < 500
    assert "its quota is spent (HTTP 402)" in found.message
    assert "ANTHROPIC_API_KEY" in read(CLAUDE, 401, None).message
    assert "--model-key" in read(LOCAL, 401, None).message
    assert "/v1" in read(LOCAL, 404, None).message
    assert "/v1" not in read(GPT, 404, None).message


def test_deep_and_wide_bodies_cost_no_more_than_a_bound() -> None:
    """Our choice: bounds on recursion and on sizes."""
    body: Any = {"resets_in": 5}
    for _ in range(2000):
        body = {"error": body}
    assert read(GPT, 402, body).seconds_to_reset is None
    assert read(GPT, 402, {"error": {"message": "a " * 1_000_000}}).kind is FaultKind.QUOTA
    assert read(GPT, 402, [{"x": 1}] * 100_000).kind is FaultKind.QUOTA
