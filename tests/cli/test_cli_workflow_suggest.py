"""`openapi-mcp workflow suggest`: workflows for calls that often follow on each other."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Command, Shop, running_shop
from support.chained import PATHS, customer, listed, made, order
from support.history import fill

from openapi_mcp.cli import suggesting as module
from openapi_mcp.loader.yaml12 import read_yaml
from openapi_mcp.model.record import Record
from openapi_mcp.model.workflow import ArazzoDocument
from openapi_mcp.workflow.read import read

CHAIN = "orders_list_from_customers_list"


@pytest.fixture
def spec(tmp_path: Path) -> str:
    """The document of support/chained.py, in a folder of its own."""
    path = tmp_path / "api docs" / "small shop.json"
    path.parent.mkdir()
    whole = {"openapi": "3.1.1", "info": {"title": "Small shop", "version": "1"}, "paths": PATHS,
             "servers": [{"url": "https://api.example.com"}]}  # fmt: skip
    path.write_text(json.dumps(whole))
    return str(path)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A file of records that nobody has written yet."""
    return tmp_path / "state" / "records.db"


def orders_of(number: int, day: int, **said: Any) -> list[Record]:
    return made(
        ("customers_list", {"q": "confidential-name"}, listed(customer(number))),
        ("orders_list", {"customer": number}, listed(order(70, number))),
        began=day * 86_400.0,
        **said,
    )


def often(db: Path, times: int = 3) -> tuple[str, str]:
    """Return the option that names records in which a chain was called so many times."""
    records = [record for day in range(times) for record in orders_of(3, day, caller=f"caller {day % 2}")]
    return "--records", fill(db, *records)


def whole(text: str) -> ArazzoDocument:
    """Return the description, which has no Problem."""
    document = read(read_yaml(text))
    assert document.problems == ()
    return document


def test_what_was_called_often_is_written_first_and_says_so(command: Command, spec: str, db: Path) -> None:
    """Issue 11: `workflow suggest` writes an Arazzo document for chains that the records show to be common."""
    ended = command("workflow", "suggest", "--spec", spec, *often(db))
    assert (ended.status, ended.err) == (0, "")
    assert "  # Called 3 times by 2 callers in this order.\n  - workflowId: orders_list_from" in ended.out
    assert "  # From needs and yields: customers_retrieve needs a customer (id), which customers_list y" in ended.out
    document = whole(ended.out)
    assert [each.id for each in document.workflows] == [
        CHAIN,
        "customers_retrieve_from_customers_list",
        "orders_retrieve_from_orders_list",
    ]
    assert [(each.name, each.kind) for each in document.sources] == [("small-shop", "openapi")]


def test_no_recorded_value_is_written(command: Command, spec: str, db: Path) -> None:
    """Our choice: what was looked for may be private."""
    records = often(db)
    for form in ("yaml", "json"):
        ended = command("workflow", "suggest", "--spec", spec, *records, "--format", form)
        assert CHAIN in ended.out
        assert "confidential" not in ended.out
        assert "caller 1" not in ended.out


def test_what_was_called_less_often_than_min_is_not_among_them(command: Command, spec: str, db: Path) -> None:
    """Issue 11; our choice: --min."""
    records = often(db)
    assert CHAIN not in command("workflow", "suggest", "--spec", spec, *records, "--min", "4").out
    assert CHAIN in command("workflow", "suggest", "--spec", spec, *records, "--min", "3").out
    assert CHAIN not in command("workflow", "suggest", "--spec", spec, *records, "--since", "1h").out
    assert CHAIN not in command("workflow", "suggest", "--spec", spec, *records, "--caller", "caller 1").out


def test_only_the_newest_records_are_read(
    command: Command, spec: str, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: a bound on the time that it takes."""
    monkeypatch.setattr(module, "_MOST_RECORDS", 4)
    ended = command("workflow", "suggest", "--spec", spec, *often(db), "--min", "1")
    assert "Called 2 times" in ended.out


def test_the_limit_counts_all_of_them(command: Command, spec: str, db: Path) -> None:
    """Our choice."""
    ended = command("workflow", "suggest", "--spec", spec, *often(db), "--limit", "2")
    assert len(whole(ended.out).workflows) == 2


def test_json_has_the_reasons_beside_the_document(command: Command, spec: str, db: Path) -> None:
    """style.md: --json wherever there is something to show."""
    ended = command("workflow", "suggest", "--spec", spec, *often(db), "--limit", "1", "--json")
    said = json.loads(ended.out)
    assert said["suggestions"] == [
        {
            "workflow": CHAIN,
            "tools": ["customers_list", "orders_list"],
            "why": "called 3 times by 2 callers in this order",
            "times": 3,
            "callers": 2,
        }
    ]
    assert [each["workflowId"] for each in said["document"]["workflows"]] == [CHAIN]


def test_without_records_needs_and_yields_suggest(command: Command, spec: str, db: Path) -> None:
    """Issue 11: needs/yields and the records."""
    ended = command("workflow", "suggest", "--spec", spec, "--records", str(db), "--methods", "all")
    assert ended.status == 0
    ids = [each.id for each in whole(ended.out).workflows]
    assert "customers_retrieve_from_customers_list" in ids
    assert "orders_create_from_customers_list" not in ids
    assert "nothing has been recorded yet" in ended.err


def test_calls_of_tools_that_are_none_are_told(command: Command, spec: str, db: Path) -> None:
    """Our choice: a chain breaks where a write is not served."""
    records = fill(db, *made(("orders_create", {"customer": 3, "sku": "A"}, order(1, 3))))
    ended = command("workflow", "suggest", "--spec", spec, "--records", records)
    assert "called, and left out as these options make no such tool: orders_create; --methods all" in ended.err


def test_calls_of_workflows_that_are_not_served_are_told(command: Command, spec: str, db: Path) -> None:
    """Our choice: a workflow is no operation, and --methods brings none back."""
    (record,) = made(("placeOrder", {}, {}))
    records = fill(db, replace(record, method="WORKFLOW", path="placeOrder"))
    ended = command("workflow", "suggest", "--spec", spec, "--records", records)
    assert "called, and not served with these options: the workflow placeOrder; give its --workflow" in ended.err
    assert "--methods all has writes" not in ended.err


def test_another_word_behind_workflow_names_the_right_one(command: Command) -> None:
    """design.md: errors say what to do."""
    ended = command("workflow", "sugest")
    assert ended.status == 2
    assert "did you mean openapi-mcp workflow suggest?" in ended.err


def test_records_of_another_api_tell_nothing(command: Command, spec: str, db: Path) -> None:
    """Our choice: tools of two APIs may have one name."""
    records = [record for day in range(3) for record in orders_of(3, day)]
    other = [type(each)(**{n: getattr(each, n) for n in each.__slots__} | {"api": "Other"}) for each in records]
    ended = command("workflow", "suggest", "--spec", spec, "--records", fill(db, *other))
    assert (ended.status, "workflowId: orders_retrieve_from_orders_list" in ended.out) == (0, True)
    assert CHAIN not in ended.out


def test_a_file_names_the_document_from_where_it_is(command: Command, spec: str, db: Path, tmp_path: Path) -> None:
    """Arazzo 1.0.1, 4.6.3: url is a URI reference, resolved against the file's own."""
    (tmp_path / "flows").mkdir()
    path = tmp_path / "flows" / "shop.arazzo.yaml"
    ended = command("workflow", "suggest", "--spec", spec, *often(db), "-o", str(path))
    assert (ended.status, ended.out) == (0, "")
    assert f"3 workflows in {path}" in ended.err
    assert whole(path.read_text()).sources[0].url == "../api%20docs/small%20shop.json"
    again = command("workflow", "suggest", "--spec", spec, *often(db), "-o", str(path))
    assert again.status == 2
    assert "there is a file already" in again.err
    forced = command("workflow", "suggest", "--spec", spec, *often(db), "-o", str(path), "--force")
    assert forced.status == 0


def test_the_files_name_says_the_format(command: Command, spec: str, db: Path, tmp_path: Path) -> None:
    """Our choice."""
    path = tmp_path / "flows.json"
    assert command("workflow", "suggest", "--spec", spec, *often(db), "-o", str(path)).status == 0
    assert json.loads(path.read_text())["arazzo"].startswith("1.0")


def test_what_the_tools_are_made_from_is_not_overwritten(command: Command, spec: str, db: Path) -> None:
    """Our choice."""
    ended = command("workflow", "suggest", "--spec", spec, *often(db), "-o", spec, "--force")
    assert ended.status == 2
    assert "would be overwritten" in ended.err


@pytest.mark.parametrize("name", [None, "customers/list", "$inputs.a", "ein Name", "a}b"])
def test_operations_of_any_id_and_of_none_are_found_again(command: Command, tmp_path: Path, name: str | None) -> None:
    """Arazzo 1.0.1, 4.6.5: operationId or operationPath; check --workflow finds what each step calls."""
    paths = json.loads(json.dumps(PATHS))
    for place, methods in paths.items():
        for method, operation in methods.items():
            del operation["operationId"]
            if name is not None and (place, method) == ("/customers", "get"):
                operation["operationId"] = name
    path = tmp_path / "unnamed.json"
    path.write_text(json.dumps({"openapi": "3.1.1", "info": {"title": "T", "version": "1"}, "paths": paths}))
    options = ("--spec", str(path), "--methods", "all")
    assert command("workflow", "suggest", *options, "--records", str(tmp_path / "none.db"), "-o", "a.yaml").status == 0
    expected = len(whole(Path("a.yaml").read_text()).workflows)
    shown = json.loads(command("inspect", *options, "--workflow", "a.yaml", "--json").out)
    assert len([tool for tool in shown["tools"] if tool.get("workflow")]) == expected > 1
    assert [each for each in shown["problems"] if "workflow" in each["message"]] == []


def test_several_apis_are_several_sources(command: Command, spec: str, db: Path) -> None:
    """Arazzo 1.0.1, 4.6.5: an operation of several sources names its own."""
    ended = command("workflow", "suggest", "--spec", f"one={spec}", "--spec", f"two={spec}", "--records", str(db))
    document = whole(ended.out)
    assert [each.name for each in document.sources] == ["one", "two"]
    names = {step.operation_id for each in document.workflows for step in each.steps}
    assert "$sourceDescriptions.two.customers_retrieve" in names
    Path("two.yaml").write_text(ended.out)
    apis = ("--spec", f"one={spec}", "--spec", f"two={spec}")
    shown = json.loads(command("inspect", *apis, "--workflow", "two.yaml", "--json").out)
    assert len([tool for tool in shown["tools"] if tool.get("workflow")]) == len(document.workflows)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--min", "0"), "--min"),
        (("--limit", "0"), "--limit"),
        (("--format", "xml"), "'xml' is no format"),
        (("-o", "no-such-folder/a.yaml"), "cannot write the file"),
        (("--since", "never"), "is no time"),
    ],
)
def test_what_cannot_be_done_is_said(
    command: Command, spec: str, db: Path, options: tuple[str, ...], said: str
) -> None:
    """style.md, Errors."""
    ended = command("workflow", "suggest", "--spec", spec, "--records", str(db), *options)
    assert ended.status == 2
    assert said in ended.err


def test_where_nothing_is_to_be_suggested_that_is_said(command: Command, db: Path, tmp_path: Path) -> None:
    """Our choice: an Arazzo description has at least one workflow."""
    path = tmp_path / "one.json"
    operation = {"operationId": "health", "responses": {"200": {"description": "ok"}}}
    path.write_text(
        json.dumps({"openapi": "3.1.1", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"get": operation}}})
    )
    ended = command("workflow", "suggest", "--spec", str(path), "--records", str(db), "-o", "new.yaml")
    assert (ended.status, ended.out) == (0, "")
    assert "nothing to suggest" in ended.err
    assert not Path("new.yaml").exists()
    shown = command("workflow", "suggest", "--spec", str(path), "--records", str(db), "--json")
    assert json.loads(shown.out) == {"document": None, "suggestions": []}


def test_workflow_alone_shows_what_it_has(command: Command) -> None:
    """Issue 11; our choice: as history has commands below it."""
    ended = command("workflow")
    assert ended.status == 0
    assert "workflow suggest" in ended.out


def test_calls_of_the_live_shop_become_a_workflow_of_it(command: Command, shop: Shop, db: Path) -> None:
    """Issue 11: from calls made by the command to a description that holds."""
    for _ in range(3):
        found = command("call", *shop.options, "--records", str(db), "customers_list", "-a", "search=ana")
        number = json.loads(found.out)["results"][0]["id"]
        orders = command("call", *shop.options, "--records", str(db), "orders_list", "-a", f"customer={number}")
        assert orders.status == 0
    ended = command("workflow", "suggest", *shop.options, "--records", str(db))
    assert "Called 3 times by 1 caller in this order." in ended.out
    document = whole(ended.out)
    assert document.workflows[0].id == CHAIN
    assert document.sources[0].url == shop.spec


def test_no_secret_of_a_url_is_written(command: Command, shop: Shop, db: Path) -> None:
    """security.md, R-SECRET."""
    url = f"{shop.spec}?token=s3cr3t"
    ended = command("workflow", "suggest", "--spec", url, "--token", shop.token, "--records", str(db))
    assert whole(ended.out).sources[0].url == f"{shop.spec}?token=***"
    assert "s3cr3t" not in ended.out + ended.err
    assert "written without what may be secret" in ended.err


def test_what_is_suggested_runs_as_it_is(command: Command, shop: Shop, db: Path) -> None:
    """Issue 11: a suggested description, served and called through the command over the live shop."""
    store = ("--records", str(db))
    for _ in range(3):
        found = command("call", *shop.options, *store, "customers_list", "-a", "search=ana")
        number = json.loads(found.out)["results"][0]["id"]
        orders = command("call", *shop.options, *store, "orders_list", "-a", f"customer={number}")
    assert command("workflow", "suggest", *shop.options, *store, "-o", "shop.arazzo.yaml").status == 0
    served = (*shop.options, *store, "--workflow", "shop.arazzo.yaml")
    checked = command("check", *shop.options, "--workflow", "shop.arazzo.yaml")
    assert checked.status == 0
    assert "0 errors, 0 warnings" in checked.out
    called = command("call", *served, CHAIN, "-a", "search=ana")
    assert json.loads(called.out)["result"] == json.loads(orders.out)
    nobody = command("call", *served, CHAIN, "-a", "search=nobody-is-called-so")
    assert nobody.status == 6
    assert "step 'customers_list'" in nobody.err
    assert CHAIN not in command("workflow", "suggest", *served).out


def test_a_suggested_write_runs_as_it_is(command: Command, tmp_path: Path, db: Path) -> None:
    """Issue 11: an order for a customer and a product that are found by words; it writes to a shop of its own."""
    with running_shop(tmp_path) as shop:
        options = (*shop.options, "--methods", "all", "--records", str(db))
        order = {"customer": 1, "items": [{"product": 24, "quantity": 1}]}
        for _ in range(3):
            command("call", *options, "customers_list", "-a", "search=ana souza")
            command("call", *options, "products_list", "-a", "search=tea towel")
            assert command("call", *options, "orders_create", "--args", json.dumps(order)).status == 0
        ended = command("workflow", "suggest", *options, "--limit", "1", "-o", "write.yaml")
        assert ended.status == 0
        words = ("-a", "customers_list_search=ana souza", "-a", "products_list_search=tea towel", "-a", "quantity=2")
        called = command("call", *options, "--workflow", "write.yaml", "orders_create_from_customers_list", *words)
        made = json.loads(called.out)["result"]
        assert (made["customer"], made["items"][0]["product"], made["items"][0]["quantity"]) == (1, 24, 2)


def test_help_names_no_option_that_says_how_tools_are_listed(command: Command) -> None:
    """Our choice: nothing is listed here; which operations are tools is all that counts."""
    said = command("workflow", "suggest", "--help").out
    assert all(name in said for name in ("--methods", "--allow", "--include", "--exclude", "--workflow", "--records"))
    without = ("--mode", "--semantic", "--context-budget", "--list-style", "--output-schemas", "--select", "--client ")
    assert [name for name in without if name in said] == []
