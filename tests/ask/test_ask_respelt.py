"""ask/respelt.py: a write is the same one in whatever writing its id is given."""

import pytest
from support.runs import asked, call, calls, play, says

UUID = "3f2b8c1e-5d4a-4f6b-9a7c-0123456789ab"


def written(*ids: str, said: str = f"Cancel order {UUID}") -> list[object]:
    """Return the ids of the writes that are sent where a model makes one with each of these."""
    script = [calls(call("orders_cancel", id=each)) for each in ids]
    played = play([*script, says("done")], history=asked(said))
    return [(made.arguments or {})["id"] for made in played.sent]


@pytest.mark.parametrize(
    "again", [UUID.upper(), UUID.replace("-", ""), UUID.replace("-", "").upper(), f"{{{UUID}}}", UUID.replace("-", " ")]
)
def test_a_write_is_not_made_again_with_its_id_in_another_writing(again: str) -> None:
    """Issue 11: never repeats a write; RFC 9562 section 4: a UUID is read in either case, and services take it bare."""
    assert written(UUID, again) == [UUID]
    assert written(again, UUID) == [again]


def test_ids_that_were_both_given_are_two() -> None:
    """Our choice: 12-345678 is not 123-45678, though the letters and digits are the same."""
    said = "Cancel the orders 12-345678 and 123-45678"
    assert written("12-345678", "123-45678", said=said) == ["12-345678", "123-45678"]


def test_case_alone_does_not_make_another_id() -> None:
    """Our choice: a code is read aloud; of two that differ by case alone, a person is asked."""
    assert written("BK-1002", "bk-1002", said="Cancel order BK-1002") == ["BK-1002"]


def test_what_is_no_id_counts_as_it_is_written() -> None:
    """Our choice: a name may be put right from "ana" to "Ana"."""
    script = [calls(call("orders_create", customer=66601, note=each)) for each in ("urgent", "Urgent")]
    played = play([*script, says("done")], history=asked("Order for customer 66601"))
    assert len(played.sent) == 2


def test_a_write_of_before_is_known_in_another_writing_too() -> None:
    """Issue 11: --continue; what was written before is not written again unasked."""
    first = play([calls(call("orders_cancel", id=UUID)), says("done")], history=asked(f"Cancel order {UUID}"))
    bare = call("orders_cancel", id=UUID.replace("-", ""))
    assert play([calls(bare), says("done")], history=(*first.ending.history, *asked("and?"))).sent == []
