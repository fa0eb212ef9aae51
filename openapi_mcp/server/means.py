"""What a server lends to the calls that go on in the background: its operations, behind a door, and its observers."""

from functools import partial

from openapi_mcp.background.engine import Background, Bounds, Means
from openapi_mcp.model.call import Call, Result
from openapi_mcp.model.job import Job
from openapi_mcp.model.policy import READS
from openapi_mcp.recording import Hearing
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
