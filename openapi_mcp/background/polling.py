"""What comes of a question about a job: it goes on, to be asked for again, or that was its end."""

from dataclasses import replace

from openapi_mcp.background.failures import overdue
from openapi_mcp.background.state import LONGEST, Ongoing
from openapi_mcp.model.call import Result
from openapi_mcp.model.job import Job

_LONGEST_WAIT = 300.0  # seconds between two questions, whatever the API asks for
_SHORTEST_WAIT = 0.2


def further(of: Ongoing, answer: Result, now: float) -> tuple[Ongoing, Job] | Result:
    """Return how a call goes on after its job was asked for, or its result where that was the end."""
    if answer.job is None:
        return answer
    following = replace(of, job=answer.job, updated=now)
    return (following, answer.job) if now < of.created + LONGEST else overdue().as_result()


def wait_for(job: Job) -> float:
    """Return the seconds until a job is asked for."""
    return max(_SHORTEST_WAIT, min(job.wait, _LONGEST_WAIT))
