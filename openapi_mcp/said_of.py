"""What is said of one of several APIs: of which, and what to do as it is written where there are several."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from openapi_mcp.apis import said_for
from openapi_mcp.config import Config
from openapi_mcp.errors import OpenapiMcpError
from openapi_mcp.member import Member
from openapi_mcp.model.call import Result
from openapi_mcp.model.text import one_line
from openapi_mcp.progress import Notice


def say_of(api: str, notice: Notice, line: str) -> None:
    """Say what is about one of several APIs: "warning: ..." -> "warning: shop: ..."."""
    head = "warning: " if line.startswith("warning: ") else ""
    notice(f"{head}{api}: {said_for(api, line.removeprefix(head))}")


def hinted(result: Result, name: str) -> Result:
    """Return a result that says what to do as it is written where several APIs are served."""
    failure = result.failure
    if failure is None or (hint := said_for(name, failure.hint)) == failure.hint:
        return result
    return replace(replace(failure, hint=hint).as_result(), trace=result.trace)


@contextmanager
def naming(config: Config) -> Iterator[None]:
    """Let an error of one of several APIs say of which, and what to do as it is written there."""
    try:
        yield
    except OpenapiMcpError as error:
        if config.name:
            error.where = f"{error.where} (the API {config.name!r})" if error.where else f"the API {config.name!r}"
            error.hint = said_for(config.name, error.hint or "") or None
        raise


def say_missing(member: Member, notice: Notice) -> None:
    """Say that an API is not there, and why."""
    error = member.error
    if error is None:
        notice(f"warning: the API {member.name!r} is not loaded yet; its tools are listed when it is")
        return
    place = f"\n   at: {one_line(error.where, 500)}" if error.where else ""
    fix = f"\n  fix: {one_line(said_for(member.name, error.hint), 500)}" if error.hint else ""
    said = f"warning: the API {member.name!r} is not served, and is tried again: {one_line(error.message, 500)}"
    notice(f"{said}{place}{fix}")
