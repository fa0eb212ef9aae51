"""What the proxy before the shop finds wrong with a run: writes that were made twice, ids that nobody gave."""

import json
from typing import Any

from support.watched import Passed, repeated, ungiven


def passed(method: str, target: str, body: Any = None, answer: Any = None, status: int = 200) -> Passed:
    sent = b"" if body is None else json.dumps(body).encode()
    return Passed(method=method, target=target, body=sent, status=status, answer=json.dumps(answer).encode())


ANA = passed("GET", "/api/customers/?search=Ana", answer={"results": [{"id": 1, "name": "Ana"}]})
ORDER = {"id": 40, "customer": 1, "items": [{"product": 20, "quantity": 3}], "note": None}
ORDERS = passed("GET", "/api/orders/?customer=1", answer={"results": [ORDER]})


def test_ids_that_answers_gave_are_given() -> None:
    """Issue 11: never passes an id that no answer gave."""
    product = passed("GET", "/api/products/20/", answer={"id": 20})
    placed = passed("POST", "/api/orders/", {"customer": 1, "items": [{"product": 20}]}, {"id": 41}, 201)
    cancelled = passed("POST", "/api/orders/41/cancel/")
    assert ungiven("Ana's order?", [ANA, ORDERS, product, placed, cancelled]) == []


def test_an_id_of_another_thing_a_later_answer_and_a_failed_one_give_nothing() -> None:
    """Issue 11: quantity 3 is no order 3, order 40 is no product 40."""
    quantity, other = passed("GET", "/api/orders/3/"), passed("GET", "/api/products/40/")
    refused = passed("GET", "/api/customers/?search=x", answer={"results": [{"id": 9}]}, status=400)
    nine = passed("GET", "/api/customers/9/")
    found = ungiven("Ana's order?", [ANA, ORDERS, quantity, other, refused, nine])
    assert found == [("customer", "9"), ("order", "3"), ("product", "40")]
    assert ungiven("Ana's order?", [ORDERS, ANA]) == [("customer", "1")]


def test_ids_in_a_body_count_and_those_of_the_person_are_given() -> None:
    """Issue 11."""
    placed = passed("POST", "/api/orders/", {"customer": 1, "items": [{"product": 29, "quantity": 1}]})
    assert ungiven("Order it for Ana.", [ANA, placed]) == [("product", "29")]
    assert ungiven("Who placed order #40?", [passed("GET", "/api/orders/40/")]) == []


def test_a_write_counts_as_repeated_where_all_of_it_is_the_same() -> None:
    """Issue 11: never repeats a write; a read may be."""
    write, other = passed("POST", "/api/orders/", {"note": "a"}), passed("POST", "/api/orders/", {"note": "b"})
    assert repeated([ANA, ANA, write, other]) == []
    assert repeated([write, other, write]) == [("POST", "/api/orders/")]
