"""Forms in which documents write ids, and values that seem to be ids of other things and are the caller's own."""

import pytest
from support.make import Json
from support.needs import capabilities, many, needs, thing

TEXT: Json = {"type": "string"}
WHOLE: Json = {"type": "integer"}
NUMBER: Json = {"type": "number"}


def call(answer: Json | None = None, body: Json | None = None, **keys: Json) -> Json:
    """Return an operation with these path keys and body."""
    content = {} if answer is None else {"content": {"application/json": {"schema": answer}}}
    sent = {} if body is None else {"requestBody": {"content": {"application/json": {"schema": body}}}}
    parameters = [{"name": name, "in": "path", "required": True, "schema": one} for name, one in keys.items()]
    return {"parameters": parameters, "responses": {"200": {"description": "", **content}}, **sent}


def test_an_id_may_be_written_as_a_number() -> None:
    """Our choice: many documents say `number` of whole numbers, in paths, in bodies and in answers."""
    found = capabilities(
        {
            "/videos": {"get": call(many(thing(id=NUMBER, length=NUMBER)))},
            "/videos/{video_id}": {"get": call(video_id=NUMBER)},
            "/likes": {"post": call(body=thing(video_id=NUMBER, video=NUMBER))},
        }
    )
    listed = ["GET /videos [].id"]
    assert needs(found["GET /videos/{video_id}"]) == {"video_id video": listed}
    assert needs(found["POST /likes"]) == {"video_id video": listed}


def test_a_fraction_in_a_path_is_no_id() -> None:
    """Our choice: `format: double` is a measure."""
    found = capabilities({"/within/{radius}": {"get": call(radius={**NUMBER, "format": "double"})}})
    assert found["GET /within/{radius}"].needs == ()


def test_several_forms_of_an_id_are_one() -> None:
    """Our choice: {"ids": {"slug": "up", "imdb": "tt10"}} are the ids of what holds them."""
    movie = thing(title=TEXT, year=WHOLE, ids=thing(slug=TEXT, imdb=TEXT, uuid=TEXT))
    found = capabilities(
        {
            "/movies": {"get": call(many(movie))},
            "/movies/{id}": {"get": call(movie, id=TEXT)},
            "/shows": {"get": call(many(thing(_id=thing(oid=TEXT, at=TEXT))))},
            "/shows/{id}": {"get": call(id=TEXT)},
        }
    )
    assert needs(found["GET /movies/{id}"]) == {"id movie": ["GET /movies [].ids"]}
    assert needs(found["GET /shows/{id}"]) == {"id show": ["GET /shows []._id.oid"]}


@pytest.mark.parametrize(
    ("held", "field"),
    [
        (many(many(thing(id=TEXT))), "channels[][].id"),
        ({"items": {"items": {"properties": {"id": TEXT}}}}, "channels[][].id"),
        ({"items": {"properties": {"id": TEXT}}}, "channels[].id"),
    ],
)
def test_lists_in_lists_and_those_that_name_no_type_are_read(held: Json, field: str) -> None:
    """Our choice: `items` and `properties` say what a value is, `type` or not. JSON Schema 2020-12, 10.3."""
    found = capabilities(
        {
            "/channels": {"get": call({"properties": {"channels": held}})},
            "/channels/{id}": {"get": call(id=TEXT)},
        }
    )
    assert needs(found["GET /channels/{id}"]) == {"id channel": [f"GET /channels {field}"]}


def test_a_list_of_itself_ends() -> None:
    """Our choice: a bound on what is followed; such a list holds nothing."""
    loop = {"items": {"$ref": "#/components/schemas/Loop"}}
    found = capabilities({"/loops": {"get": call(thing(loops=loop))}}, Loop=loop)
    assert set(found) == {"GET /loops"}


def test_a_thing_that_goes_by_its_uri_is_one() -> None:
    """Our choice: the user of a video is a step away from it, whichever key the video has."""
    user = thing(uri=TEXT, name=TEXT)
    found = capabilities(
        {
            "/videos": {"get": call(many(thing(uri=TEXT, user=user)))},
            "/users": {"get": call(many(user))},
            "/users/{user_id}": {"get": call(user_id=TEXT)},
        }
    )
    assert needs(found["GET /users/{user_id}"])["user_id user"] == ["GET /users [].uri", "GET /videos [].user.uri"]


def test_what_a_document_calls_people_is_what_their_roles_are() -> None:
    """Our choice: `members` are users, where only properties speak of users; and so is a `user`."""
    user = thing(id=TEXT, email=TEXT)
    asked = {"name": "user", "in": "query", "schema": TEXT, "description": "User to get presence info on"}
    found = capabilities(
        {
            "/users.list": {"get": call(thing(members=many(user)))},
            "/users.find": {"get": call(thing(user=user))},
            "/presence": {"get": {**call(thing()), "parameters": [asked]}},
        }
    )
    assert sorted(needs(found["GET /presence"])["user user"]) == [
        "GET /users.find user.id",
        "GET /users.list members[].id",
    ]


def test_the_id_of_a_part_is_known_to_the_whole_alone() -> None:
    """Our choice: no path has a key for the lines of an order, so that no other answer tells one."""
    line = thing(id=WHOLE, price=WHOLE)
    order = thing(id=WHOLE, order_lines=many(line))
    paths: Json = {
        "/orders": {"get": call(many(order)), "post": call(body=order)},
        "/orders/{id}": {"get": call(order, id=WHOLE)},
        "/order_lines": {"get": call(many(line))},
    }
    assert needs(capabilities(paths)["POST /orders"]) == {}
    paths["/order_lines/{id}"] = {"get": call(line, id=WHOLE)}
    assert "order_lines[].id order_line" in needs(capabilities(paths)["POST /orders"])


def test_numbers_and_addresses_of_ones_own_are_no_needs() -> None:
    """Our choice: though other answers repeat them, no other thing is called by them."""
    slug = {**TEXT, "description": "The user's custom URL slug."}
    own = thing(tax_id=TEXT, our_reference=TEXT, account_number=TEXT, link=slug, filetype=slug)
    found = capabilities(
        {
            "/accounts": {"get": call(many(thing(id=TEXT, holder=TEXT)))},
            "/accounts/{id}": {"get": call(id=TEXT)},
            "/users": {"get": call(many(thing(id=TEXT, **own["properties"])))},
            "/users/{id}": {"get": call(id=TEXT)},
            "/me": {"patch": call(body=own)},
        }
    )
    assert needs(found["PATCH /me"]) == {}


def test_a_number_that_such_a_thing_has_is_one() -> None:
    """Our choice: accounts have a code, so that `account_code` is an account's."""
    found = capabilities(
        {
            "/accounts": {"get": call(many(thing(id=TEXT, code=TEXT)))},
            "/accounts/{id}": {"get": call(id=TEXT)},
            "/entries": {"post": call(body=thing(account_code=TEXT))},
        }
    )
    assert needs(found["POST /entries"]) == {"account_code account": ["GET /accounts [].code"]}


def test_what_a_description_says_of_an_unknown_word_is_another_thing() -> None:
    """Our choice: the id in a description may be that of the thing itself; in a whole number it is a reference."""
    said = {"description": "The ID of the campaign."}
    found = capabilities(
        {
            "/campaigns": {
                "get": call(many(thing(id=WHOLE))),
                "post": call(body=thing(contact={**TEXT, **said}, copied_from={**WHOLE, **said})),
            },
            "/campaigns/{id}": {"get": call(id=WHOLE)},
        }
    )
    assert list(needs(found["POST /campaigns"])) == ["copied_from campaign"]
