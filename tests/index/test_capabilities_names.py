"""Names that say what an id is of in less common ways, and names that seem to."""

from dataclasses import replace
from typing import Any

from support.make import ALL_METHODS, Json, document
from support.needs import capabilities, many, needs, thing

from openapi_mcp.generator.generate import generate
from openapi_mcp.index.capabilities import find_capabilities
from openapi_mcp.model.capability import Capability

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
UUID = {"type": "string", "format": "uuid"}


def named(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def call(answer: Json | None = None, *keys: str, body: Json | None = None, **query: Json) -> Json:
    """Return an operation with these path keys, query parameters and body."""
    content = {} if answer is None else {"content": {"application/json": {"schema": answer}}}
    sent = {} if body is None else {"requestBody": {"content": {"application/json": {"schema": body}}}}
    parameters = [{"name": key, "in": "path", "required": True, "schema": TEXT} for key in keys]
    parameters += [{"name": name, "in": "query", "schema": schema} for name, schema in query.items()]
    return {"parameters": parameters, "responses": {"200": {"description": "", **content}}, **sent}


def yields(capability: Capability) -> list[str]:
    return [f"{each.entity} {each.field}" for each in capability.yields]


def test_a_text_in_the_form_of_an_id_refers_to_what_it_is_named_after() -> None:
    """Issue 6: foreign keys named like an entity, here a UUID; an owner of a deal in a CRM is a user."""
    found = capabilities(
        {
            "/contacts/{id}": {"get": call(thing(id=UUID, name=TEXT), "id")},
            "/users/{id}": {"get": call(thing(id=UUID, email=TEXT), "id")},
            "/deals": {"get": call(many(thing(id=UUID, contact=UUID, owner_id=UUID, user=TEXT)))},
        }
    )
    assert yields(found["GET /deals"]) == ["contact [].contact", "user [].owner_id"]
    assert needs(found["GET /users/{id}"]) == {"id user": ["GET /deals [].owner_id"]}


def test_what_the_members_of_a_list_belong_to_is_an_echo() -> None:
    """Issue 6: an id that only echoes the path is not a yield; here by its name, and by the object that holds it."""
    order = thing(id=WHOLE, customer=WHOLE)
    found = capabilities(
        {
            "/customers/{id}": {"get": call(thing(id=WHOLE), "id")},
            "/customers/{id}/orders": {"get": call(many(order), "id")},
            "/customers/{customer_id}/invoices": {
                "get": call(many(thing(id=WHOLE, customer_id=WHOLE, customer=thing(id=WHOLE))), "customer_id")
            },
            "/orders/{id}": {"get": call(order, "id")},
            "/invoices/{id}": {"get": call(None, "id")},
        }
    )
    assert yields(found["GET /customers/{id}/orders"]) == ["order [].id"]
    assert yields(found["GET /customers/{customer_id}/invoices"]) == ["invoice [].id"]


def test_a_path_may_call_a_thing_by_a_shorter_name() -> None:
    """Our choice: GET /repos/{repo} answers a repository, which paths have a key for as well."""
    found = capabilities(
        {
            "/repos/{repo}": {"get": call(named("Repository"), "repo")},
            "/repositories": {"get": call(many(named("Repository")))},
            "/repositories/{repository_id}": {"get": call(named("Repository"), "repository_id")},
        },
        Repository=thing(id=WHOLE, name=TEXT),
    )
    assert "GET /repositories [].name" in needs(found["GET /repos/{repo}"])["repo repository"]


def test_a_key_of_a_role_is_a_key_of_who_has_it() -> None:
    """Issue 6: names; what stands in the property `assignee` is a user."""
    found = capabilities(
        {
            "/users/{user_id}": {"get": call(named("User"), "user_id")},
            "/users": {"get": call(many(named("User")))},
            "/assignees/{assignee}": {"delete": call(None, "assignee")},
            "/tasks": {"get": call(many(named("Task")))},
        },
        User=thing(id=WHOLE, login=TEXT),
        Task=thing(id=WHOLE, assignee=named("User")),
    )
    assert needs(found["DELETE /assignees/{assignee}"])["assignee user"][0] == "GET /users [].id"


def test_the_key_of_a_part_is_of_the_part_that_the_path_names() -> None:
    """Our choice: `{item}` in /order_items is an order item where a component is called that."""
    found = capabilities(
        {
            "/order_items/{item}": {"get": call(named("OrderItem"), "item")},
            "/order_items": {"get": call(many(named("OrderItem")))},
            "/items/{id}": {"get": call(None, "id")},
        },
        OrderItem=thing(id=WHOLE, quantity=WHOLE),
    )
    assert needs(found["GET /order_items/{item}"]) == {"item order_item": ["GET /order_items [].id"]}


def test_the_name_of_another_thing_is_no_key_of_it() -> None:
    """Our choice: `account_name` does not identify an account."""
    found = capabilities(
        {
            "/accounts/{account}": {"get": call(None, "account")},
            "/invoices": {"get": call(many(thing(id=WHOLE, account_name=TEXT)))},
            "/accounts/{account}/pots": {"get": call(many(thing(id=TEXT)), "account")},
            "/letters": {"post": call(body=thing(account_id=TEXT))},
        }
    )
    assert needs(found["GET /accounts/{account}"]) == {"account account": []}
    assert needs(found["POST /letters"]) == {"account_id account": []}


def test_two_words_in_one_are_taken_apart_where_the_thing_is_known() -> None:
    """Our choice: `petid` without a mark between the words."""
    found = capabilities({"/pets": {"get": call(many(thing(id=TEXT)))}, "/pets/{petid}": {"get": call(None, "petid")}})
    assert needs(found["GET /pets/{petid}"]) == {"petid pet": ["GET /pets [].id"]}


def test_a_uri_may_be_of_what_its_description_says_and_a_url_is_nothing_of_theirs() -> None:
    """Issue 6: ids in `uri` form; an address to call back is the caller's own."""
    said = {**TEXT, "description": "URI of what to play. Albums and playlists are possible."}
    found = capabilities(
        {
            "/albums": {"post": call(), "get": call(many(thing(id=TEXT, uri=TEXT)))},
            "/albums/{id}": {"get": call(None, "id")},
            "/playlists/{id}": {"get": call(None, "id")},
            "/playlists": {"get": call(many(thing(id=TEXT, uri=TEXT)))},
            "/play": {"put": call(body=thing(context_uri=said, homepage_url=TEXT, album_uri=TEXT))},
        }
    )
    assert needs(found["PUT /play"]) == {
        "context_uri album or playlist": ["GET /albums [].uri", "GET /playlists [].uri"],
        "album_uri album": ["GET /albums [].uri"],
    }


def test_a_word_for_sorting_may_be_a_thing_too() -> None:
    """Our choice: `order=asc` sorts, `order_id` and a whole number `order` are keys of orders; a page is a page."""
    body = thing(order=WHOLE, session_id=TEXT)
    found = capabilities(
        {
            "/orders": {"get": call(many(thing(id=WHOLE)), order=TEXT, page=WHOLE)},
            "/orders/{order_id}": {"get": call(None, "order_id")},
            "/pages/{page}": {"get": call(None, "page")},
            "/refunds": {"post": call(body=body), "get": call(None, order_id=WHOLE, year=WHOLE)},
        }
    )
    orders = ["GET /orders [].id"]
    assert needs(found["GET /orders"]) == {}
    assert needs(found["GET /orders/{order_id}"]) == {"order_id order": orders}
    assert needs(found["POST /refunds"]) == {"order order": orders}
    assert needs(found["GET /refunds"]) == {"order_id order": orders}


def test_a_plain_key_in_a_list_is_of_what_the_list_is_of() -> None:
    """Issue 6, Body fields count: the list around an `id` says what it is of, deep inside a body too."""
    body = thing(plan=thing(orders=many(thing(id=WHOLE, note=thing(text=TEXT)))))
    found = capabilities(
        {
            "/orders": {"get": call(many(thing(id=WHOLE))), "put": call(thing(id=WHOLE))},
            "/orders/{id}": {"get": call(None, "id")},
            "/plans": {"post": call(body=body)},
        }
    )
    assert needs(found["POST /plans"]) == {"plan.orders[].id order": ["GET /orders [].id", "PUT /orders id"]}


def test_numbers_of_things_and_texts_about_them_are_no_needs() -> None:
    """Issue 6: not every name that ends in that of a thing is a key of one."""
    body = thing(max_orders=WHOLE, orders=WHOLE, comment=TEXT, order_count=WHOLE, order_type=TEXT)
    found = capabilities(
        {
            "/orders/{id}": {"get": call(thing(id=WHOLE), "id")},
            "/comments/{id}": {"get": call(thing(id=WHOLE), "id")},
            "/comments": {"post": call(body=body)},
        }
    )
    assert found["POST /comments"].needs == ()


def test_lists_within_a_thing_of_which_nothing_is_said_are_not_it() -> None:
    """Our choice: an empty schema says something only where the path says the rest."""
    found = capabilities(
        {
            "/apps": {"get": call(thing(apps=many(thing(id=TEXT, steps=many({})))))},
            "/apps/{id}": {"get": call(None, "id")},
        }
    )
    assert needs(found["GET /apps/{id}"]) == {"id app": ["GET /apps apps[].id"]}


def test_an_answer_in_many_wrappers_is_still_read() -> None:
    """Our choice: what is learned of a thing stops after some wrappers; where its id is does not."""
    wrapped: Json = thing(id=TEXT)
    for _ in range(5):
        wrapped = thing(data=wrapped)
    found = capabilities({"/pots": {"post": call(wrapped)}, "/pots/{id}": {"get": call(wrapped, "id")}})
    assert yields(found["POST /pots"]) == ["pot data.data.data.data.data.id"]


def test_references_that_go_in_circles_and_examples_without_end_say_nothing() -> None:
    """Our choice: a bound on what is followed."""
    deep: Any = {"id": 1}
    for _ in range(9):
        deep = [deep]
    paths = {
        "/loops": {"get": call(named("Loop"))},
        "/loops/{id}": {"get": call(None, "id")},
        "/deep": {"get": {"responses": {"200": {"content": {"application/json": {"example": deep}}}}}},
    }
    read = document(paths, components={"schemas": {"Loop": named("Loop")}})
    tools = generate(read, ALL_METHODS).tools
    found = find_capabilities(tools, {"#/components/schemas/Loop": named("Loop")})
    assert found.keys() == {tool.name for tool in tools}


def test_an_argument_that_the_list_does_not_show_is_no_need() -> None:
    """Our choice: what the operator has fixed or hidden is not asked for."""
    read = document({"/pets/{pet_id}": {"get": call(None, "pet_id")}})
    (tool,) = generate(read).tools
    hidden = replace(tool, input_schema={"type": "object"})
    assert find_capabilities([hidden], read.schemas) == {tool.name: Capability()}


def test_a_role_is_played_by_those_of_a_list() -> None:
    """An assignee is a user, where users are only listed; a description may say which key is meant, or of whom."""
    task = thing(
        assigneeId=TEXT,
        reviewer={**TEXT, "description": "Login of the user who looks at it."},
        managerId={**TEXT, "description": "Id of the employee who leads."},
        lead={**TEXT, "description": "Id of the user, such as usr_1a."},
        title={**TEXT, "description": "Name of the task."},
        owner=TEXT,
    )
    found = capabilities(
        {
            "/users": {"get": call(many(thing(id=TEXT, login=TEXT)))},
            "/employees": {"get": call(many(thing(id=TEXT, name=TEXT)))},
            "/colours": {"get": call(many(thing(id=TEXT)))},
            "/tasks": {"get": call(many(thing(id=TEXT))), "post": call(body=task)},
        }
    )
    assert needs(found["POST /tasks"]) == {
        "assigneeId user": ["GET /users [].id"],
        "reviewer user": ["GET /users [].login"],
        "managerId employee": ["GET /employees [].id"],
        "lead user": ["GET /users [].id"],
    }
