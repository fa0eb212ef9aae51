"""An API that answers when a test says so, behind a Background: what was sent to it, and what was told of each call."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from openapi_mcp.background.calls import Background
from openapi_mcp.background.means import Bounds, Means
from openapi_mcp.heard import Heard, Hearing, Observer
from openapi_mcp.model.call import Call, Caller, Result, Text
from openapi_mcp.model.job import Job
from openapi_mcp.model.secret import Redactor
from openapi_mcp.model.tool import Tool
from openapi_mcp.shared.link import Link
from openapi_mcp.shared.seal import Seal

KEY = "a key of the tests, of 32 characters and more"
ANNE, BOB = Caller(id="anne"), Caller(id="bob")
QUICK = Bounds(lease=0.6, doubt=0.4, tick=0.1, grace=0.2)


def said(text: str, job: Job | None = None) -> Result:
    return Result(content=(Text(text=text),), job=job)


def text_of(result: Result | None) -> str:
    assert result is not None
    first = result.content[0]
    assert isinstance(first, Text)
    return first.text


@dataclass(slots=True)
class Api:
    """Answers each call with its tool's name, once `answers` is set; `get...` may be sent again.

    `jobs` are what the next questions about a job answer: a Result, or a Job where it goes on; the last one stays.
    """

    answers: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    is_cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    sent: list[str] = field(default_factory=list)
    asked: list[Job] = field(default_factory=list)
    stopped: list[Job] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    results: Mapping[str, Result] = field(default_factory=dict)
    jobs: list[Result] = field(default_factory=list)
    stops: bool = True
    cancelled: list[str] = field(default_factory=list)
    on_call: list[Observer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.on_call.append(self.heard.append)

    def tool_of(self, name: str) -> Tool | None:
        return None

    def label_of(self, tool: str) -> str:
        return "api"

    def redactor(self, call: Call) -> Redactor:
        return Redactor()

    async def run(self, call: Call) -> Result:
        self.sent.append(call.tool)
        self.begun.set()
        try:
            await self.answers.wait()
        except asyncio.CancelledError:
            self.cancelled.append(call.tool)
            self.is_cancelled.set()
            raise
        return self.results.get(call.tool, said(f"{call.tool} of {call.caller.id}"))

    async def follow(self, call: Call, job: Job) -> Result:
        self.asked.append(job)
        return self.jobs.pop(0) if len(self.jobs) > 1 else self.jobs[0]

    async def stop(self, call: Call, job: Job) -> bool:
        self.stopped.append(job)
        return self.stops

    def hear(self, call: Call, ago: float = 0.0) -> Hearing:
        hearing = Hearing(self, call)
        hearing.begins(ago)
        return hearing

    @property
    def means(self) -> Means:
        return Means(
            run=self.run,
            follow=self.follow,
            is_safe=lambda call: call.tool.startswith("get"),
            hear=self.hear,
            stop=self.stop,
        )

    def background(self, link: Link | None = None, bounds: Bounds = QUICK) -> Background:
        return Background(self.means, link, bounds)

    def call(self, tool: str = "get_it", caller: Caller = ANNE) -> tuple[Call, Hearing]:
        """Return a call, and who listens to it."""
        call = Call(tool=tool, caller=caller)
        hearing = self.hear(call)
        return hearing.watched(call), hearing

    def told(self) -> list[str]:
        """Return what the recorder was told: the tools with their results, or the kinds of their failures."""
        return [f"{each.call.tool}: {_brief(each.result)}" for each in self.heard]


def _brief(result: Result) -> str:
    return result.failure.kind.value if result.failure is not None else text_of(result)


def a_link(url: str, lines: list[str] | None = None, key: str = KEY) -> Link:
    return Link(url, Seal(key), (lines if lines is not None else []).append)
