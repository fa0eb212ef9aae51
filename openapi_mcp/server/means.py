"""What a server lends to the calls that go on in the background: its operations, behind a door, and its observers."""

from functools import partial

from openapi_mcp.background.calls import Background
from openapi_mcp.background.means import Bounds, Means
from openapi_mcp.config import Config
from openapi_mcp.heard import Hearing
from openapi_mcp.model.call import Call, Result
from openapi_mcp.model.job import Job
from openapi_mcp.model.policy import READS
from openapi_mcp.server.doors import behind_the_door
from openapi_mcp.serving import Serves
from openapi_mcp.shared.link import Link


def background_of(app: Serves, link: Link | None = None, bounds: Bounds | None = None) -> Background:
    """Return what goes on with an app's calls, here, or by the `link` on any replica; to be opened."""
    means = Means(
        run=partial(behind_the_door, app.call),
        follow=partial(_follow, app),
        is_safe=partial(_is_safe, app),
        hear=partial(_hear, app),
        stop=app.end,
    )
    return Background(means, link, bounds)


def bounds_of(config: Config, grace: float = 5.0) -> Bounds:
    """Return the bounds of a server: half of the calls to an API may be in the background, so that the others go on.

    Where callers are told apart, half of these are the most that one caller has: each may be taken for long.
    """
    running = max(1, config.limits.max_concurrency // 2)
    is_shared = bool(config.forward or config.oauth_issuer)
    share = max(1, running // 2) if is_shared else running
    return Bounds(running=running, running_of_a_caller=share, timeout=config.background_timeout, grace=grace)


async def _follow(app: Serves, call: Call, job: Job) -> Result:
    async def follow(call: Call) -> Result:
        return await app.follow(call, job)

    return await behind_the_door(follow, call)


def _is_safe(app: Serves, call: Call) -> bool:
    """True where a call may be sent again though nobody knows whether it was carried out."""
    tool = app.tool_of(call.tool)
    return tool is not None and tool.operation.method.upper() in READS


def _hear(app: Serves, call: Call, ago: float) -> Hearing:
    hearing = Hearing(app, call)
    hearing.begins(ago)
    return hearing
