"""What a request wants done, by its verb, and the methods that do such things."""

from functools import cache

from openapi_mcp.index.words import stem, words

_READ = ("GET", "HEAD", "QUERY")
_CHANGE = ("PUT", "PATCH")
_VERBS = {
    "POST": (
        "add", "append", "book", "build", "create", "generate", "initiate", "insert", "invite", "issue", "launch",
        "log", "make", "new", "open", "place", "post", "publish", "record", "register", "schedule", "send", "start",
        "submit", "upload",
    ),
    "PUT": (
        "adjust", "alter", "amend", "change", "configure", "correct", "customize", "edit", "modify", "move", "rename",
        "replace", "revise", "save", "set", "turn", "update",
    ),
    "DELETE": (
        "cancel", "clear", "delete", "discard", "drop", "erase", "remove", "revoke", "terminate", "unfollow",
        "unsubscribe",
    ),
    "GET": (
        "access", "browse", "check", "display", "download", "evaluate", "examine", "fetch", "find", "identify", "know",
        "list", "look", "obtain", "read", "retrieve", "review", "search", "see", "show", "tell", "view",
    ),
}  # fmt: skip
_DOES = {"POST": ("POST",), "PUT": _CHANGE, "DELETE": ("DELETE",), "GET": _READ}
_MAY_DO = {"POST": _CHANGE, "PUT": ("POST",), "DELETE": (), "GET": ()}
_QUESTIONS = frozenset(
    (
        "are", "did", "do", "does", "has", "have", "how", "is", "was", "were", "what", "when", "where", "which", "who",
        "whose", "why",
    )
)  # fmt: skip
_FITS, _MAY_FIT, _UNASKED = 1.8, 1.3, 0.8
_WITHIN = 4  # words from the beginning of a clause among which its verb stands


_ENDINGS = ("ed", "ing")


@cache
def _actions() -> dict[str, str]:
    return {verb: method for method, verbs in _VERBS.items() for verb in verbs}


@cache
def _stems() -> dict[str, str]:
    return {stem(verb): method for verb, method in _actions().items()}


def action_of(clause: str) -> str:
    """Return the method that stands for what a clause wants done, by its verb; "" where that is not to be seen.

    "then rename my first list" -> "PUT"
    """
    asked = clause.split(maxsplit=1)[:1]
    if asked and asked[0].lower() in _QUESTIONS:  # elsewhere it asks nothing: "remind the person who is on call"
        return "GET"
    first = [word.lower() for word in clause.split()[:_WITHIN]]
    first += list(words(clause))[:_WITHIN]  # the same without signs, and words that say nothing
    return next(filter(None, map(_action, first)), "")


def _action(word: str) -> str:
    """Return the method of a verb: "deleting" -> "DELETE"; in "records" and "customers" there is none."""
    return _actions().get(word) or (_stems().get(stem(word), "") if word.endswith(_ENDINGS) else "")


def fitness(action: str, method: str) -> float:
    """Return by how much a tool of this method is likelier for what is wanted: weak evidence, 0.8 to 1.8.

    Nobody wants anything deleted without saying so.
    """
    if method == "DELETE" and action != "DELETE":
        return _UNASKED
    if not action:
        return 1.0
    if method in _DOES[action]:
        return _FITS
    return _MAY_FIT if method in _MAY_DO[action] else 1.0
