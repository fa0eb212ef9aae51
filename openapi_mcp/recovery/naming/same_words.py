"""Words of arguments that mean the same in any API: few, as each stands for the other without a doubt."""

from functools import cache

from openapi_mcp.index.entities import singular, split

_NAMES = (
    "q query search search_term search_query search_text term",
    "limit per_page page_size max_results items_per_page results_per_page",
    "offset skip",
    "sort_by order_by sort ordering",
    "first_name given_name forename",
    "last_name family_name surname",
    "birth_date date_of_birth dob birthday birthdate",
    "phone phone_number telephone telephone_number tel",
    "email email_address mail e_mail",
    "zip zip_code zipcode postcode postal_code post_code",
    "time_zone timezone tz",
    "user_name username",
    "file_name filename",
    "web_site website",
)
_WORDS = (
    "description desc descr",
    "latitude lat",
    "longitude lng lon long",
    "repository repo",
    "organization organisation org",
    "quantity qty",
    "amount amt",
    "address addr",
    "message msg",
    "image img",
    "document doc",
    "environment env",
    "configuration config cfg",
    "department dept",
    "language lang",
    "colour color",
    "favourite favorite",
    "category cat",
    "maximum max",
    "minimum min",
    "average avg",
    "identifier id pk",
    "email mail",
    "telephone phone tel",
    "password passwd pwd",
    "parameter param",
    "application app",
    "catalogue catalog",
    "centre center",
    "licence license",
)
"""Abbreviations and spellings of one word, within a longer name too: "start_lat" is "start_latitude"."""

_SHORT = 5  # letters: "color" and "organisation" are no short forms


def common(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a name, each as all of its forms are written here: ("per", "page") -> ("limit",)."""
    name = "_".join(words)
    if name in _by_name():
        return (_by_name()[name],)
    return tuple(_by_word().get(word, word) for word in words)


def forms(words: tuple[str, ...]) -> frozenset[str]:
    """Return the words of all names that mean the same: ("per", "page") -> {"limit", "size", "item", ...}."""
    groups = [group for group in _NAMES if common(words) == (group.split()[0],)]
    groups += [group for group in _WORDS if _by_word().keys() & set(words) & set(map(singular, group.split()))]
    return frozenset(word for group in groups for name in group.split() for word in split(name))


def is_short_form(word: str) -> bool:
    """Return whether a word is a short form, which others may have too: "cat", "doc", "min"."""
    return len(word) < _SHORT and _by_word().get(word, word) != word


@cache
def _by_name() -> dict[str, str]:
    return {"_".join(split(name)): group.split()[0] for group in _NAMES for name in group.split()}


@cache
def _by_word() -> dict[str, str]:
    return {singular(word): group.split()[0] for group in _WORDS for word in group.split()}
