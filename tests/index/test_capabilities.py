"""What tools need and yield: found in documents of several styles, and never more than is there."""

from typing import Any

from support.make import ALL_METHODS, Json, document
from support.needs import many, thing

from openapi_mcp.generator.generate import generate
from openapi_mcp.index.capabilities import find_capabilities
from openapi_mcp.model.capability import Capability, as_json

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
FLAG = {"type": "boolean"}


def page(schema: Json) -> Json:
    return thing(count=WHOLE, results=many(schema))


def named(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def given(name: str, place: str = "query", schema: Json = TEXT, **more: Any) -> Json:
    return {"name": name, "in": place, "required": place == "path", "schema": schema, **more}


def operation(answer: Json | None = None, *parameters: Json, status: str = "200", **more: Any) -> Json:
    content = {} if answer is None else {"content": {"application/json": {"schema": answer}}}
    return {"parameters": list(parameters), "responses": {status: {"description": "", **content}}, **more}


def taking(schema: Json) -> Json:
    return {"content": {"application/json": {"schema": schema}}, "required": True}


def capabilities(paths: Json, schemas: Json | None = None) -> dict[str, Capability]:
    """Return what each operation needs and yields, by "GET /path"."""
    read = document(paths, components={"schemas": schemas or {}})
    toolset = generate(read, ALL_METHODS)
    found = find_capabilities(toolset.tools, read.schemas)
    return {f"{tool.operation.method} {tool.operation.path}": found[tool.name] for tool in toolset.tools}


def needs(capability: Capability) -> dict[str, list[str]]:
    """Return the producers of each need: {"customer_id customer": ["GET /customers results[].id"]}."""
    return {
        f"{need.argument} {need.entity}": [f"{each.method} {each.path} {each.field}" for each in need.producers]
        for need in capability.needs
    }


def yields(capability: Capability) -> set[str]:
    return {f"{each.entity} {each.field}" for each in capability.yields}


SHOP: Json = {
    "/customers": {
        "get": operation(page(named("Customer")), given("search")),
        "post": operation(named("Customer"), status="201", requestBody=taking(named("Customer"))),
    },
    "/customers/{id}": {"get": operation(named("Customer"), given("id", "path", WHOLE))},
    "/orders": {
        "get": operation(page(named("Order")), given("customer", schema=WHOLE), given("ordering"), given("page")),
        "post": operation(
            named("Order"),
            status="201",
            requestBody=taking(
                {
                    **thing(customer=WHOLE, note=TEXT, items=many({**thing(product=WHOLE), "required": ["product"]})),
                    "required": ["customer", "items"],
                }
            ),
        ),
    },
    "/orders/{id}": {"get": operation(named("Order"), given("id", "path", WHOLE))},
    "/products": {"get": operation(page(named("Product")))},
    "/products/{id}": {"get": operation(named("Product"), given("id", "path", WHOLE))},
}
SCHEMAS: Json = {
    "Customer": thing(id={**WHOLE, "readOnly": True}, name=TEXT, email=TEXT),
    "Product": thing(id=WHOLE, title=TEXT, price={"type": "number"}),
    "Order": thing(
        id=WHOLE,
        customer=WHOLE,
        status={"type": "string", "enum": ["open", "paid"]},
        created={"type": "string", "format": "date-time"},
        items=many(thing(product=WHOLE, quantity=WHOLE)),
    ),
}


def test_a_key_in_a_path_comes_from_the_list_of_the_path_before_it() -> None:
    """Issue 6, Needs and yields: path nesting; a list that needs nothing comes first, what refers to it later."""
    found = capabilities(SHOP, SCHEMAS)
    assert needs(found["GET /customers/{id}"]) == {
        "id customer": [
            "GET /customers results[].id",
            "GET /orders results[].customer",
            "POST /customers id",
            "GET /orders/{id} customer",
        ]
    }


def test_a_field_named_like_a_thing_is_a_key_of_it() -> None:
    """Issue 6: foreign keys named like an entity, `order.product`; in a body too, and within its lists."""
    found = capabilities(SHOP, SCHEMAS)["POST /orders"]
    assert {name: producers[0] for name, producers in needs(found).items()} == {
        "customer customer": "GET /customers results[].id",
        "items[].product product": "GET /products results[].id",
    }
    assert all(need.is_required for need in found.needs)


def test_every_argument_that_names_a_thing_is_a_need() -> None:
    """Issue 11: an id that no answer gave is not sent, also by the thirteenth argument that takes one."""
    roles = [f"{name}_customer_id" for name in "abcdefghijklmnopqrst"]
    body = {**thing(**dict.fromkeys(roles, WHOLE)), "required": roles}
    merging = operation(named("Customer"), requestBody=taking(body))
    found = capabilities({**SHOP, "/customers/merge": {"post": merging}}, SCHEMAS)["POST /customers/merge"]
    assert {need.argument for need in found.needs} == set(roles)


def test_a_list_yields_its_members_and_what_they_refer_to() -> None:
    """Issue 6: `GET /orders -> results[].customer -> customer_id`."""
    found = capabilities(SHOP, SCHEMAS)
    assert yields(found["GET /orders"]) == {
        "order results[].id",
        "customer results[].customer",
        "product results[].items[].product",
    }
    assert yields(found["POST /customers"]) == {"customer id"}


def test_an_id_that_echoes_the_path_is_no_yield() -> None:
    """Issue 6: an id that only echoes the path is not a yield."""
    found = capabilities(SHOP, SCHEMAS)
    assert yields(found["GET /customers/{id}"]) == set()
    assert yields(found["GET /orders/{id}"]) == {"customer customer", "product items[].product"}


def test_an_argument_that_only_narrows_is_a_need_that_may_be_left_out() -> None:
    """Issue 6: pages and sorting are no needs; a filter by a key is one that nobody has to meet."""
    (need,) = capabilities(SHOP, SCHEMAS)["GET /orders"].needs
    assert (need.argument, need.is_required) == ("customer", False)


def test_words_to_search_for_mark_a_way_from_words_to_ids() -> None:
    """Issue 6: search inputs mark an operation as a way from words to ids."""
    found = capabilities(
        {
            "/users": {"get": operation(many(named("User")), given("email"), given("page_size", schema=WHOLE))},
            "/users/search": {"get": operation(many(named("User")), given("q"))},
            "/users/{id}": {"get": operation(named("User"), given("id", "path"))},
        },
        {"User": thing(id=TEXT, email=TEXT)},
    )
    assert (found["GET /users"].finds, found["GET /users/search"].finds) == (("email",), ("q",))
    assert needs(found["GET /users/{id}"])["id user"][0] == "GET /users [].id"


def test_choices_flags_dates_pages_and_what_only_reads_back_are_no_needs() -> None:
    """Issue 6: constants, enums and read-only inputs are not needs."""
    body = thing(
        order_id={**WHOLE, "readOnly": True},
        kind_id={"type": "string", "enum": ["a", "b"]},
        order_code={"const": "x"},
        product_ids={"type": "boolean"},
        customer_id={"type": "string", "format": "date-time"},
        request_id=TEXT,
        language_code=TEXT,
    )
    found = capabilities({**SHOP, "/things": {"post": operation(requestBody=taking(body))}}, SCHEMAS)
    assert found["POST /things"].needs == ()


def test_a_need_is_told_without_producers_where_a_path_has_it() -> None:
    """Our choice: that nothing here yields it is worth knowing; an id of the caller's own making is not."""
    found = capabilities({"/rooms/{room_id}": {"put": operation(None, given("room_id", "path"), given("trace_id"))}})
    assert needs(found["PUT /rooms/{room_id}"]) == {"room_id room": []}


MUSIC: Json = {
    "/search": {
        "get": operation(
            thing(
                albums=thing(items=many(named("SimplifiedAlbumObject"))), tracks=thing(items=many(named("TrackObject")))
            ),
            {**given("q"), "required": True},
        )
    },
    "/albums/{id}": {"get": operation(named("AlbumObject"), given("id", "path"))},
    "/albums/{id}/tracks": {"get": operation(thing(href=TEXT, items=many(named("TrackObject"))), given("id", "path"))},
    "/artists/{id}": {"get": operation(named("ArtistObject"), given("id", "path"))},
    "/artists/{id}/related-artists": {
        "get": operation(thing(artists=many(named("ArtistObject"))), given("id", "path"))
    },
    "/tracks/{id}": {"get": operation(named("TrackObject"), given("id", "path"))},
    "/me/albums": {
        "put": operation(None, given("ids", description="The IDs of the albums, for example: `1,2`.")),
        "get": operation(thing(items=many(named("SavedAlbumObject")))),
        "delete": operation(None, {**given("ids"), "required": True}),
    },
    "/me/queue": {"post": operation(None, given("uri", description="The uri of the track to add."))},
    "/recommendations": {"get": operation(thing(), given("seed_artists"), given("market"), given("limit"))},
    "/follow": {"put": operation(None, given("type", schema={"enum": ["artist", "album"]}), given("ids"))},
}
MUSIC_SCHEMAS: Json = {
    "SimplifiedAlbumObject": thing(id=TEXT, uri=TEXT, name=TEXT, artists=many(named("ArtistObject"))),
    "AlbumObject": {"allOf": [named("SimplifiedAlbumObject"), thing(label=TEXT, tracks=many(named("TrackObject")))]},
    "SavedAlbumObject": thing(added_at=TEXT, album=named("SimplifiedAlbumObject")),
    "ArtistObject": thing(id=TEXT, uri=TEXT, name=TEXT, followers=thing(href=TEXT, total=WHOLE)),
    "TrackObject": thing(id=TEXT, uri=TEXT, name=TEXT, album=named("SimplifiedAlbumObject")),
}


def test_the_names_of_components_and_of_properties_say_what_an_id_is_of() -> None:
    """Issue 6: component names, the nearest property that is no wrapper, compositions."""
    found = capabilities(MUSIC, MUSIC_SCHEMAS)
    assert yields(found["GET /search"]) == {
        "album albums.items[].id",
        "track tracks.items[].id",
        "artist albums.items[].artists[].id",
    }
    assert yields(found["GET /albums/{id}"]) == {"artist artists[].id", "track tracks[].id"}
    assert yields(found["GET /me/albums"]) == {"album items[].album.id", "artist items[].album.artists[].id"}


def test_what_is_needed_again_comes_last_and_words_come_first() -> None:
    """Issue 6: a search is preferred; what needs the very thing that is looked for ranks lower."""
    producers = needs(capabilities(MUSIC, MUSIC_SCHEMAS)["GET /artists/{id}"])["id artist"]
    assert producers[0] == "GET /search albums.items[].artists[].id" or producers[0].startswith("GET /me")
    assert producers[-1] == "GET /artists/{id}/related-artists artists[].id"


def test_plain_ids_are_of_what_is_said_of_them_or_of_what_the_path_is_about() -> None:
    """Issue 6: parameter descriptions ("The Spotify ID of the album"), `seed_artists`, `ids` beside a `type`."""
    found = capabilities(MUSIC, MUSIC_SCHEMAS)
    entities = {name: [need.entity for need in found[name].needs] for name in found}
    assert entities["PUT /me/albums"] == entities["DELETE /me/albums"] == ["album"]
    assert entities["POST /me/queue"] == ["track"]
    assert entities["GET /recommendations"] == ["artist"]
    assert entities["PUT /follow"] == ["artist or album"]


def test_a_uri_comes_from_a_uri() -> None:
    """Issue 6: ids in `uri` form."""
    producers = needs(capabilities(MUSIC, MUSIC_SCHEMAS)["POST /me/queue"])["uri track"]
    assert producers[0] == "GET /search tracks.items[].uri"


def test_what_is_removed_from_a_list_is_found_in_it_and_what_is_added_elsewhere() -> None:
    """Our choice: DELETE /me/albums takes what GET /me/albums lists."""
    found = capabilities(MUSIC, MUSIC_SCHEMAS)
    assert needs(found["DELETE /me/albums"])["ids album"][0] == "GET /me/albums items[].album.id"
    assert needs(found["PUT /me/albums"])["ids album"][0] == "GET /search albums.items[].id"


FILM = thing(id=WHOLE, title=TEXT, release_date=TEXT, overview=TEXT, poster_path=TEXT)
ACTOR = thing(id=WHOLE, name=TEXT, birthday=TEXT, profile_path=TEXT, gender=WHOLE)
SEASON = thing(id=WHOLE, season_number=WHOLE, air_date=TEXT)
FILMS: Json = {
    "/search/movie": {"get": operation(page(FILM), {**given("query"), "required": True})},
    "/search/person": {"get": operation(page(ACTOR), {**given("query"), "required": True})},
    "/movie/{movie_id}": {"get": operation(FILM, given("movie_id", "path", WHOLE))},
    "/movie/{movie_id}/credits": {
        "get": operation(thing(id=WHOLE, cast=many(ACTOR)), given("movie_id", "path", WHOLE))
    },
    "/movie/{movie_id}/reviews": {
        "get": operation(
            thing(id=WHOLE, results=many(thing(id=TEXT, author=TEXT, content=TEXT))), given("movie_id", "path", WHOLE)
        )
    },
    "/review/{review_id}": {"get": operation(None, given("review_id", "path"))},
    "/person/{person_id}": {"get": operation(ACTOR, given("person_id", "path", WHOLE))},
    "/person/{person_id}/movie_credits": {
        "get": operation(thing(id=WHOLE, cast=many({**FILM})), given("person_id", "path", WHOLE))
    },
    "/genre/movie/list": {"get": operation(thing(genres=many(thing(id=WHOLE, name=TEXT))))},
    "/discover/movie": {
        "get": operation(
            page(FILM), given("with_people"), given("with_cast"), given("with_genres"), given("year", schema=WHOLE)
        )
    },
    "/tv/{tv_id}": {"get": operation(thing(id=WHOLE, seasons=many(SEASON)), given("tv_id", "path", WHOLE))},
    "/tv/{tv_id}/season/{season_number}": {
        "get": operation(
            thing(id=WHOLE, season_number=WHOLE),
            given("tv_id", "path", WHOLE),
            given("season_number", "path", WHOLE),
        )
    },
    "/trending/{media_type}": {
        "get": operation(page(thing(id=WHOLE)), given("media_type", "path", {"enum": ["movie", "tv", "person"]}))
    },
    "/favorite": {"post": operation(requestBody=taking(thing(media_type={"enum": ["movie", "tv"]}, media_id=WHOLE)))},
}


def test_objects_without_a_name_are_known_by_their_properties() -> None:
    """Issue 6: anonymous objects are matched to known entities by their property sets; the id beside a list echoes."""
    found = capabilities(FILMS)
    assert yields(found["GET /person/{person_id}/movie_credits"]) == {"movie cast[].id"}
    assert yields(found["GET /movie/{movie_id}/credits"]) == {"person cast[].id"}
    assert yields(found["GET /movie/{movie_id}/reviews"]) == {"review results[].id"}


def test_what_somebody_does_is_a_person() -> None:
    """Issue 6: `owner_id`, `with_cast` and their kind are people, where the API knows people."""
    found = {need.argument: need for need in capabilities(FILMS)["GET /discover/movie"].needs}
    assert {name: need.entity for name, need in found.items()} == {
        "with_people": "person",
        "with_cast": "person",
        "with_genres": "genre",
    }
    assert found["with_people"].producers[0].path == "/search/person"
    assert found["with_genres"].producers[0].path == "/genre/movie/list"


def test_a_number_in_a_path_is_the_number_of_the_thing_and_not_its_id() -> None:
    """Issue 6: the field may be another than the id."""
    found = needs(capabilities(FILMS)["GET /tv/{tv_id}/season/{season_number}"])
    assert found["season_number season"] == ["GET /tv/{tv_id} seasons[].season_number"]


def test_an_argument_may_say_which_kind_of_thing_it_is_about() -> None:
    """Issue 6: results typed by a discriminating parameter; and ids of one of several kinds."""
    found = capabilities(FILMS)
    assert yields(found["GET /trending/{media_type}"]) == {f"{kind} results[].id" for kind in ("movie", "tv", "person")}
    assert [need.entity for need in found["POST /favorite"].needs] == ["movie or tv"]


USER = thing(login=TEXT, id=WHOLE, name=TEXT)
REPOSITORY = thing(id=WHOLE, name=TEXT, full_name=TEXT, owner=named("simple-user"), fork=FLAG)
CODE: Json = {
    "/users/{username}": {"get": operation(named("simple-user"), given("username", "path"))},
    "/search/users": {"get": operation(thing(items=many(named("simple-user"))), given("q"))},
    "/orgs/{org}/members": {"get": operation(many(named("simple-user")), given("org", "path"))},
    "/orgs/{org}/members/{username}": {"delete": operation(None, given("org", "path"), given("username", "path"))},
    "/user/repos": {"get": operation(many(named("minimal-repository")))},
    "/repos/{owner}/{repo}": {
        "get": operation(named("full-repository"), given("owner", "path"), given("repo", "path"))
    },
    "/repos/{owner}/{repo}/issues": {
        "get": operation(many(named("issue")), given("owner", "path"), given("repo", "path")),
        "post": operation(
            named("issue"),
            given("owner", "path"),
            given("repo", "path"),
            status="201",
            requestBody=taking(thing(title=TEXT, assignees=many(TEXT))),
        ),
    },
    "/repos/{owner}/{repo}/issues/{issue_number}": {
        "get": operation(
            named("issue"), given("owner", "path"), given("repo", "path"), given("issue_number", "path", WHOLE)
        )
    },
}
CODE_SCHEMAS: Json = {
    "simple-user": USER,
    "nullable-simple-user": {"anyOf": [USER, {"type": "null"}]},
    "minimal-repository": REPOSITORY,
    "full-repository": {"allOf": [named("minimal-repository"), thing(parent=named("minimal-repository"))]},
    "issue": thing(
        id=WHOLE,
        number=WHOLE,
        comments=WHOLE,
        user=named("simple-user"),
        assignees=many(named("nullable-simple-user")),
    ),
}


def test_names_in_a_path_are_keys_as_ids_are() -> None:
    """Issue 6: `/repos/{owner}/{repo}`: the field may be `login`, `name`, `number`; an owner is a user."""
    found = needs(capabilities(CODE, CODE_SCHEMAS)["GET /repos/{owner}/{repo}/issues/{issue_number}"])
    assert {name: producers[0] for name, producers in found.items()} == {
        "owner user": "GET /search/users items[].login",
        "repo repo": "GET /user/repos [].name",
        "issue_number issue": "GET /repos/{owner}/{repo}/issues [].number",
    }


def test_a_text_without_a_key_goes_by_the_key_that_paths_have_for_the_thing() -> None:
    """Our choice: users are asked for by their `username`, so `assignees` are logins and not ids."""
    found = needs(capabilities(CODE, CODE_SCHEMAS)["POST /repos/{owner}/{repo}/issues"])
    assert found["assignees user"][0] == "GET /search/users items[].login"


def test_a_key_within_a_collection_comes_from_that_collection_first() -> None:
    """Our choice: who is removed from the members is one of the members."""
    found = needs(capabilities(CODE, CODE_SCHEMAS)["DELETE /orgs/{org}/members/{username}"])
    assert found["username user"][0] == "GET /orgs/{org}/members [].login"


def test_counts_are_no_keys() -> None:
    """Our choice: `comments: 7` counts them."""
    found = capabilities(
        {**CODE, "/comments/{comment_id}": {"get": operation(None, given("comment_id", "path"))}}, CODE_SCHEMAS
    )
    assert needs(found["GET /comments/{comment_id}"]) == {"comment_id comment": []}


def showing(example: Any, *parameters: Json) -> Json:
    content = {"application/json": {"examples": {"one": {"value": example}}}}
    return {"parameters": list(parameters), "responses": {"200": {"description": "", "content": content}}}


def test_an_example_is_read_where_there_is_no_schema() -> None:
    """Issue 6: fields whose example is present but no schema."""
    found = capabilities(
        {
            "/machines": {"get": showing({"machines": [{"id": "1", "name": "Drill", "siteId": "9"}]})},
            "/machines/{id}": {"get": operation(None, given("id", "path"))},
            "/sites/{siteId}": {"delete": operation(None, given("siteId", "path"))},
        }
    )
    assert needs(found["GET /machines/{id}"]) == {"id machine": ["GET /machines machines[].id"]}
    assert needs(found["DELETE /sites/{siteId}"]) == {"siteId site": ["GET /machines machines[].siteId"]}


def test_a_list_of_which_nothing_is_said_is_still_a_list_of_what_the_path_names() -> None:
    """Issue 6: arrays with untyped items; answers without any description."""
    found = capabilities(
        {
            "/deals": {"get": operation(thing(data={"type": "array"}))},
            "/deals/{deal_id}": {"get": operation(None, given("deal_id", "path"))},
            "/leads": {"get": operation()},
            "/leads/{lead_id}": {"get": operation(None, given("lead_id", "path"))},
        }
    )
    assert needs(found["GET /deals/{deal_id}"]) == {"deal_id deal": ["GET /deals data[]"]}
    assert needs(found["GET /leads/{lead_id}"]) == {"lead_id lead": ["GET /leads "]}


def test_what_can_only_be_read_from_a_link_is_better_than_nothing() -> None:
    """Issue 6: ids in `href` form."""
    found = capabilities(
        {
            "/boards": {"get": operation(many(thing(href=TEXT, title=TEXT)))},
            "/boards/{board_id}": {"get": operation(None, given("board_id", "path"))},
        }
    )
    assert needs(found["GET /boards/{board_id}"]) == {"board_id board": ["GET /boards [].href"]}


def test_a_number_of_a_thing_is_found_by_its_whole_name() -> None:
    """Our choice: `account_number` is no id, yet only an answer can tell it; where an account is made, it is new."""
    account = thing(account_number=TEXT, phone_number=TEXT)
    found = capabilities(
        {
            "/account/details": {"get": operation(many(account))},
            "/savings/deposit": {"post": operation(requestBody=taking(account))},
            "/account/register": {"post": operation(requestBody=taking(account))},
        }
    )
    assert needs(found["POST /savings/deposit"]) == {
        "account_number account": ["GET /account/details [].account_number"]
    }
    assert found["POST /account/register"].needs == ()


def test_an_id_that_the_caller_makes_up_is_no_need() -> None:
    """Our choice: the `id` in the body that makes a thing is its own, whatever is said of it."""
    body = thing(id={**TEXT, "description": "Unique identifier for the product."}, title=TEXT)
    found = capabilities(
        {**SHOP, "/products": {**SHOP["/products"], "post": operation(requestBody=taking(body))}}, SCHEMAS
    )
    assert found["POST /products"].needs == ()


def test_at_most_five_producers_and_each_way_to_start_among_them() -> None:
    """Issue 6: ranked operations; of many lists that need nothing two are enough, where there are other ways."""
    lists = {f"/lists/{number}/pets": {"get": operation(many(named("Pet")))} for number in range(9)}
    nested = {"/owners/{owner_id}/pets": {"get": operation(many(named("Pet")), given("owner_id", "path"))}}
    found = capabilities(
        {**lists, **nested, "/pets/{pet_id}": {"get": operation(named("Pet"), given("pet_id", "path"))}},
        {"Pet": thing(id=TEXT, tag=TEXT)},
    )
    producers = needs(found["GET /pets/{pet_id}"])["pet_id pet"]
    assert len(producers) == 5
    assert "GET /owners/{owner_id}/pets [].id" in producers


def test_the_need_of_one_tool_reads_as_the_contract_has_it() -> None:
    """design.md, Commands: the JSON of needs and yields."""
    found = as_json(capabilities(SHOP, SCHEMAS)["GET /products/{id}"])
    assert found["needs"][0]["argument"] == "id"
    assert found["needs"][0]["from"][0]["field"] == "results[].id"
