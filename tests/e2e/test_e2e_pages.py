"""Pages of a live API: the shop's lists are cut by Django REST Framework."""

import json

from conftest import Command, Shop


def test_a_list_says_its_next_call_until_its_end(command: Command, shop: Shop) -> None:
    """Issue 4, Pages: each next call is made as it was told; together they are the whole list."""
    options = ("call", *shop.options, "--max-response", "0", "customers_list", "--args")
    whole = command(*options, '{"page_size": 100}').json
    assert "_note" not in whole
    arguments = {"page_size": 5}
    names: list[str] = []
    while arguments:
        page = command(*options, json.dumps(arguments)).json
        names += [customer["name"] for customer in page["results"]]
        following = page.get("_note", {}).get("next", {"arguments": {}})
        assert following.get("tool", "customers_list") == "customers_list"
        arguments = following["arguments"]
    assert len(names) == whole["count"] > 10
    assert sorted(names) == sorted(customer["name"] for customer in whole["results"])


def test_pages_are_collected_into_one_result(command: Command, shop: Shop) -> None:
    """Issue 4, Pages: `--follow-pages N`."""
    options = ("call", *shop.options, "--max-response", "0", "customers_list", "-a", "page_size=2")
    first = command(*options).json
    assert first["_note"]["next"] == {"tool": "customers_list", "arguments": {"page_size": 2, "page": 2}}
    three = command(*options, "--follow-pages", "3").json
    ids = [customer["id"] for customer in three["results"]]
    assert (len(ids), ids[:2]) == (6, [customer["id"] for customer in first["results"]])
    assert len(set(ids)) == 6
    assert three["_note"]["pages"] == 3
    assert three["_note"]["next"]["arguments"] == {"page_size": 2, "page": 4}
