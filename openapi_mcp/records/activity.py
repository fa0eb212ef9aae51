"""How many calls each group has in each step of time: what a line in a table is drawn from."""

from collections import Counter, defaultdict

from sqlalchemy import Connection

from openapi_mcp.records.counting import Name, counter_by, is_summed, names_of
from openapi_mcp.records.query import Filter
from openapi_mcp.records.tables import PART


def activity(connection: Connection, wanted: Filter, by: str, step: float) -> dict[Name, Counter[int]]:
    """Return the calls of each group, (name, API), by the number of the step: its time divided by a step.

    Calls of which sums are kept count where their part of a day begins, as far as a step is as long as that.
    """
    names = names_of(connection, by)
    counter = counter_by(connection, wanted, by)
    tallies = counter.tallies(
        lambda member, time: (names(member, time), int(time // step)), uses_sums=step >= PART and is_summed(wanted, by)
    )
    found = defaultdict[Name, Counter[int]](Counter)
    for (name, at), tally in tallies.items():
        found[name][at] += tally.calls
    return dict(found)
