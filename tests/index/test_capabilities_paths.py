"""What the path of an operation says of its answers, and of who asks for them."""

import pytest
from support.make import Json
from support.needs import capabilities, many, thing

from openapi_mcp.model.capability import Capability

TEXT: Json = {"type": "string"}
WHOLE: Json = {"type": "integer"}


def key(name: str, schema: Json = TEXT) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def asked(name: str, *, is_required: bool = False, schema: Json = TEXT) -> Json:
    return {"name": name, "in": "query", "required": is_required, "schema": schema}


def call(answer: Json | None, *parameters: Json, body: Json | None = None) -> Json:
    content = {} if answer is None else {"content": {"application/json": {"schema": answer}}}
    sent = {} if body is None else {"requestBody": {"content": {"application/json": {"schema": body}}}}
    return {"parameters": list(parameters), "responses": {"200": {"description": "", **content}}, **sent}


def producers(capability: Capability, argument: str) -> list[str]:
    (need,) = (need for need in capability.needs if need.argument == argument)
    return [f"{each.method} {each.path} {each.field}" for each in need.producers]


def yields(capability: Capability) -> list[str]:
    return [f"{each.entity} {each.field}" for each in capability.yields]


COMMENTS: Json = {
    "/shows/{id}": {"get": call(thing(id=WHOLE, title=TEXT), key("id"))},
    "/comments/{id}": {"get": call(thing(id=WHOLE, text=TEXT), key("id"))},
}


@pytest.mark.parametrize("last", [key("sort"), key("type", {"type": "string", "enum": ["new", "old"]})])
def test_what_only_says_how_to_answer_is_not_what_a_path_is_about(last: Json) -> None:
    """Our choice: /shows/{id}/comments/{sort} answers comments, and not the show again."""
    path = f"/shows/{{id}}/comments/{{{last['name']}}}"
    found = capabilities({**COMMENTS, path: {"get": call(many(thing(id=WHOLE)), key("id"), last)}})
    assert yields(found[f"GET {path}"]) == ["comment [].id"]
    assert producers(found["GET /comments/{id}"], "id") == [f"GET {path} [].id"]
    assert producers(found["GET /shows/{id}"], "id") == []


def test_a_key_that_is_called_like_what_it_is_of_stays_in_its_path() -> None:
    """Our choice: GET /languages/{language} is about one, though a language identifies nothing here."""
    found = capabilities({"/languages/{language}": {"get": call({}, key("language"))}})
    assert yields(found["GET /languages/{language}"]) == []


def test_a_list_is_of_what_it_is_called() -> None:
    """Our choice: /users/saved_filters are no users; /users/search and /users/results are."""
    listed = many(thing(id=TEXT))
    found = capabilities(
        {
            "/users/{id}": {"get": call(None, key("id"))},
            "/users/saved_filters": {"get": call(listed)},
            "/users/search": {"get": call(listed)},
            "/users/results": {"get": call(listed)},
        }
    )
    assert producers(found["GET /users/{id}"], "id") == ["GET /users/search [].id", "GET /users/results [].id"]


def test_what_an_argument_chooses_is_yielded_whether_or_not_the_answer_shows_it() -> None:
    """Our choice: an example of a search that finds one of several kinds shows one of them."""
    kinds = {"type": "string", "enum": ["movie", "show"]}
    hit = thing(score=WHOLE, movie=thing(id=WHOLE, title=TEXT))
    found = capabilities(
        {
            "/movies/{id}": {"get": call(None, key("id"))},
            "/shows/{id}": {"get": call(None, key("id"))},
            "/search/{type}": {"get": call(many(hit), key("type", kinds), asked("query"))},
        }
    )
    assert yields(found["GET /search/{type}"]) == ["movie [].movie.id", "show [].show.id"]


def test_what_is_put_into_a_collection_is_not_looked_for_there() -> None:
    """Our choice: nor is what replaces a member, or takes it out, looked for elsewhere."""
    videos = many(thing(id=TEXT))
    paths: Json = {
        "/videos": {"get": call(videos)},
        "/videos/{video_id}": {"get": call(None, key("video_id")), "put": call(None, key("video_id"))},
        "/albums/{album_id}/videos": {"get": call(videos, key("album_id"))},
        "/albums/{album_id}/videos/{video_id}": {
            "put": call(None, key("album_id"), key("video_id")),
            "delete": call(None, key("album_id"), key("video_id")),
        },
    }
    found = capabilities(paths)
    of_all, of_the_album = "GET /videos [].id", "GET /albums/{album_id}/videos [].id"
    path = "/albums/{album_id}/videos/{video_id}"
    assert producers(found[f"PUT {path}"], "video_id") == [of_all, of_the_album]
    assert producers(found[f"DELETE {path}"], "video_id") == [of_the_album, of_all]
    assert producers(found["PUT /videos/{video_id}"], "video_id")[0] == of_all
    paths[path]["put"] = call(None, key("album_id"), key("video_id"), body=thing(title=TEXT))
    assert producers(capabilities(paths)[f"PUT {path}"], "video_id")[0] == of_the_album


def test_whoever_acts_is_known_by_a_read_of_oneself() -> None:
    """Our choice: POST /users/{user_id}/playlists is mostly called for whoever calls; a list of users finds others."""
    user = {"$ref": "#/components/schemas/User"}
    found = capabilities(
        {
            "/me": {"get": call(user)},
            "/users": {"get": call(many(user), asked("query"))},
            "/users/{user_id}": {"get": call(user, key("user_id"))},
            "/users/{user_id}/playlists": {"post": call(thing(id=TEXT), key("user_id"))},
        },
        User=thing(id=TEXT, login=TEXT),
    )
    assert producers(found["POST /users/{user_id}/playlists"], "user_id")[:2] == ["GET /users [].id", "GET /me id"]
    assert producers(found["GET /users/{user_id}"], "user_id")[:2] == ["GET /users [].id", "GET /me id"]


def test_own_things_are_offered_beside_those_that_a_search_finds() -> None:
    """Our choice: both find by words, yet they are two ways to start."""
    videos = call(many(thing(id=TEXT)), asked("query"))
    found = capabilities(
        {
            "/videos": {"get": videos},
            "/me/videos": {"get": videos},
            "/videos/{id}/likes": {"get": call(None, key("id"))},
            **{f"/groups/{{group}}/{n}/videos": {"get": call(many(thing(id=TEXT)), key("group"))} for n in "abcdef"},
        }
    )
    assert {"GET /videos [].id", "GET /me/videos [].id"} <= set(producers(found["GET /videos/{id}/likes"], "id"))


def test_a_pair_of_keys_comes_from_what_holds_both() -> None:
    """Our choice: the owner and the name of a repository are those of one, though users can be searched as well."""
    user = thing(id=WHOLE, login=TEXT)
    repo = thing(id=WHOLE, name=TEXT, owner=user)
    found = capabilities(
        {
            "/users": {"get": call(many(user), asked("query"))},
            "/users/{username}": {"get": call(user, key("username"))},
            "/search/repos": {"get": call(thing(items=many(repo)), asked("query"))},
            "/repos/{owner}/{repo}": {"get": call(repo, key("owner"), key("repo"))},
        }
    )["GET /repos/{owner}/{repo}"]
    assert producers(found, "owner") == ["GET /search/repos items[].owner.login", "GET /users [].login"]
    assert producers(found, "repo") == ["GET /search/repos items[].name"]


def test_what_answers_the_one_that_it_may_be_given_comes_later() -> None:
    """Our choice: an answer of one user, who may be given, is mostly the one that was."""
    user = thing(id=TEXT, email=TEXT)
    found = capabilities(
        {
            "/users.info": {"get": call(thing(user=user), asked("user_id"))},
            "/users.list": {"get": call(thing(users=many(user)))},
            "/users/{id}": {"get": call(user, key("id"))},
            "/pay": {"post": call(None, body=thing(user_id=TEXT))},
        }
    )
    assert producers(found["POST /pay"], "user_id") == ["GET /users.list users[].id", "GET /users.info user.id"]


def test_what_is_for_those_who_run_the_place_comes_later_for_others() -> None:
    """Our choice: not everybody may call it."""
    users = call(many(thing(id=TEXT)))
    found = capabilities(
        {
            "/admin/users": {"get": users},
            "/admin/users/{id}": {"get": call(None, key("id"))},
            "/users": {"get": users},
            "/users/{id}": {"get": call(None, key("id"))},
        }
    )
    assert producers(found["GET /users/{id}"], "id")[0] == "GET /users [].id"
    assert producers(found["GET /admin/users/{id}"], "id")[0] == "GET /admin/users [].id"


def test_what_needs_a_value_that_nothing_yields_comes_later() -> None:
    """Our choice: a calendar asks for a date, a list of what is popular for nothing."""
    movies = many(thing(id=TEXT))
    found = capabilities(
        {
            "/calendar/{date}/movies": {"get": call(movies, key("date"))},
            "/popular/movies": {"get": call(movies)},
            "/movies/{id}": {"get": call(None, key("id"))},
        }
    )
    assert producers(found["GET /movies/{id}"], "id") == [
        "GET /popular/movies [].id",
        "GET /calendar/{date}/movies [].id",
    ]


def test_a_key_with_more_words_in_a_collection_of_another_name_is_of_its_last_words() -> None:
    """Our choice: `follow_user_id` in /following is a user's; `database_cluster_id` in /databases is a database's."""
    found = capabilities(
        {
            "/users": {"get": call(many(thing(id=TEXT)))},
            "/users/{id}": {"get": call(None, key("id"))},
            "/me/following/{follow_user_id}": {"put": call(None, key("follow_user_id"))},
            "/clusters/{id}": {"get": call(None, key("id"))},
            "/databases": {"get": call(many(thing(id=TEXT)))},
            "/databases/{database_cluster_id}": {"get": call(None, key("database_cluster_id"))},
        }
    )
    assert producers(found["PUT /me/following/{follow_user_id}"], "follow_user_id") == ["GET /users [].id"]
    assert producers(found["GET /databases/{database_cluster_id}"], "database_cluster_id") == ["GET /databases [].id"]


def test_things_themselves_come_before_those_within_others_and_before_making_one() -> None:
    """Our choice: a list that needs two things is still better than a new one, which nobody has asked for."""
    team = thing(id=TEXT, title=TEXT)
    found = capabilities(
        {
            "/memberships": {"get": call(many(thing(since=TEXT, team=team)))},
            "/teams": {
                "get": call(many(team), asked("plan_id", is_required=True), asked("user_id", is_required=True)),
                "post": call(team),
            },
            "/all/teams": {"get": call(thing(teams=many(many(team))))},
            "/plans/{id}": {"get": call(None, key("id"))},
            "/users/{id}": {"get": call(None, key("id"))},
            "/teams/{id}": {"get": call(None, key("id"))},
            "/goals": {"post": call(None, body=thing(team_id=TEXT))},
        }
    )
    assert producers(found["POST /goals"], "team_id") == [
        "GET /all/teams teams[][].id",
        "GET /memberships [].team.id",
        "GET /teams [].id",
        "POST /teams id",
    ]
