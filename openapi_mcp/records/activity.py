"""How many calls each group has in each step of time: what a line in a table is drawn from."""

from collections import Counter, defaultdict

from sqlalchemy import Connection

from openapi_mcp.records import counting
from openapi_mcp.records.counting import Name, is_summed, key_by, names_of, told_by
from openapi_mcp.records.query import Filter
from openapi_mcp.records.tables import PART


def activity(connection: Connection, wanted: Filter, by: str, step: float) -> dict[Name, Counter[int]]:
    """Return the calls of each group, (name, API), by the number of the step: its time divided by a step.

    Calls of which sums are kept count where their part of a day begins, as far as a step is as long as that.
    """
    key_of, names = key_by(by), names_of(connection, by)
    counter = counting.Counter(connection=connection, wanted=wanted, member=told_by(wanted, by))
    tallies = counter.tallies(
        lambda member, time: (key_of(member, time), int(time // step)), uses_sums=step >= PART and is_summed(wanted, by)
    )
    found = defaultdict[Name, Counter[int]](Counter)
    for (value, at), tally in tallies.items():
        found[names(value)][at] += tally.calls
    return dict(found)
