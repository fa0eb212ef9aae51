"""A local API that takes calls and goes on with them, as real ones do: what each path answers is said in turn."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from support.upstream import Answer, Seen, Upstream, running_upstream


def said(status: int, value: Any = None, **headers: str) -> Answer:
    """Return an answer: JSON, nothing where there is no value, bytes as they are.

    `Operation_Location="/jobs/7"` is a header.
    """
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    body = value if isinstance(value, bytes) else b"" if value is None else json.dumps(value).encode()
    content_type = named.pop("Content-Type", "application/json")
    return Answer(body, content_type=content_type if body else "", status=status, headers=tuple(named.items()))


@dataclass(frozen=True, slots=True)
class JobsApi:
    """An upstream that answers what was said, and 404 to all else."""

    upstream: Upstream

    @property
    def url(self) -> str:
        return self.upstream.url

    @property
    def seen(self) -> list[Seen]:
        """What arrived."""
        return self.upstream.seen

    def on(self, target: str, *answers: Answer) -> None:
        """Answer a method and target so from now on: each answer once, the last one again and again."""
        self.upstream.in_turn[target] = list(answers)

    @property
    def targets(self) -> list[str]:
        """The method and target of each request."""
        return [f"{each.method} {each.target}" for each in self.seen]


@contextmanager
def jobs_api() -> Iterator[JobsApi]:
    """Yield an API on a free port of 127.0.0.1, stopped at the end."""
    with running_upstream() as upstream:
        upstream.unsaid = said(404, {"detail": "no such thing"})
        yield JobsApi(upstream)
