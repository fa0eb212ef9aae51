"""What comes of a question about a job."""

import pytest
from support.background import said

from openapi_mcp.background.polling import further, wait_for
from openapi_mcp.background.state import LONGEST, Ongoing
from openapi_mcp.model.call import Call, FailureKind, Result
from openapi_mcp.model.job import Job

JOB = Job(url="http://a/jobs/1", wait=2.0)
OF = Ongoing(call=Call(tool="t"), created=100.0, updated=100.0, is_safe=True, job=JOB)


def test_a_job_that_goes_on_is_asked_for_again_as_it_says_now() -> None:
    later = Job(url="http://a/jobs/1", wait=4.0, said="running")
    came = further(OF, said("", later), 105.0)
    assert isinstance(came, tuple)
    assert (came[0].job, came[0].updated, came[1]) == (later, 105.0, later)


def test_an_answer_without_a_job_is_the_end() -> None:
    assert further(OF, said("done"), 105.0) == said("done")


def test_a_job_that_does_not_end_in_a_day_is_asked_for_no_more() -> None:
    """Our choice: what an API forgets must not be asked for for ever."""
    came = further(OF, said("", JOB), 100.0 + LONGEST)
    assert isinstance(came, Result)
    assert came.failure is not None
    assert came.failure.kind is FailureKind.TIMEOUT


@pytest.mark.parametrize(("asked", "waits"), [(0.0, 0.2), (-5.0, 0.2), (2.0, 2.0), (86_400.0, 300.0)])
def test_what_an_api_asks_for_is_followed_within_bounds(asked: float, waits: float) -> None:
    """A hostile Retry-After keeps us neither busy nor waiting."""
    assert wait_for(Job(url="http://a", wait=asked)) == waits
