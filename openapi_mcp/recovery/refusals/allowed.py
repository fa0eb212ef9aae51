"""The values that a sentence allows: "must be one of: a, b or c"."""

import re
from dataclasses import dataclass, replace

_LONGEST = 2_000  # characters of a sentence that are read
_MOST_VALUES = 100
_LEAD = re.compile(
    r"\b(?:(?:expected )?(?:one|any) of|either"
    r"|(?:allowed|valid|possible|accepted|acceptable|permitted|supported|available|allowable|legal)"
    r" (?:values?|options?|choices?|types?|statuses|entries|items|names|fields)"
    r"|accepted for enum class|choose from|choose between|choices are|options are|values are|expected|in \["
    r"|enum value set|uno de|eines von|einer von|erlaubt sind|erlaubte werte|l'une? des|un des|um dos|uma das|uno dei"
    r"|valores (?:permitidos|v\u00e1lidos)|valeurs (?:autoris\u00e9es|possibles)|toegestane waarden)",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"(?: the)?(?: following)?(?: (?:values?|options?|choices?|valores|valeurs|werte))?"
    r"(?: (?:siguientes|suivante?s|seguintes))?(?: for [\w.'\"-]{1,60})?"
    r"(?: (?:are|is|include|be|son|sind|sont|s\u00e3o))?"
    r"\s?[:=]?\s?[\[({]?\s?",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"""(?:\s{0,2}(?:[,|/;]\s{0,2})?(?:(?:or|and)\s{1,2})?)(?:(["'`])([^"'`\n]{0,100})\1|[\u201c\u2018]([^\u201d\u2019]{0,100})[\u201d\u2019])"""
)
_END = re.compile(
    r"[\])};\n]|(?<!\.)\.(?:\s|$)|(?:\s[-\u2013]\s)|, (?:but|got|received|not|instead)\b|\s(?:but|got|received)\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r",\s?(?:or|and)\s|\s?[,|]\s?|\s(?:or|and)\s|\s/\s")
_SHOULD_BE = re.compile(r"\b(?:must|should|has to|needs to) be (?=\s?[\"'`])", re.IGNORECASE)  # two in quotes at least
_ALTERNATION = re.compile(
    r"""\bmatch(?:es)?(?: the (?:pattern|regexp?))?:? ["'`/]\^?\(?"""
    r"""((?:[\w -]{1,40}\|){1,50}[\w -]{1,40})\)?\$?["'`/]"""
)
_CUT = frozenset(("...", "\u2026", "etc", "etc."))  # more than these there are
MORE = "\u2026"
"""What stands last among allowed values where a sentence does not list them all."""
_VALUE = re.compile(r"[\w.+:@$*/#-]{1,60}(?: [\w.+:@$*/#-]{1,60}){0,2}")


_GOES_ON = re.compile(r"[\s,]{0,3}(?:(?:and|or) )?(?:\.\.\.|\u2026|etc\b|\d{1,6} more\b|(?:and|or) (?:more|others)\b)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Values that a sentence lists, and from where to where in it."""

    values: tuple[str, ...]
    start: int
    end: int


def list_in(text: str) -> Listed | None:
    """Return the values that a sentence allows, None where it lists none.

    "'x' is not one of ['a', 'b']" -> ("a", "b"); "valid values are: open, closed" -> ("open", "closed")
    """
    text = text[:_LONGEST].replace('`"', ' "').replace('"`', '" ')  # Notion quotes what it has quoted
    for lead in _LEAD.finditer(text):
        start = _opened(text, lead)
        found = _quoted(text, start) or _unquoted(text, start, is_alone=text[start - 1 : start] in "[(")
        if found is not None:
            return _as_cut(text, found)
    lead_in = _SHOULD_BE.search(text)
    found = _quoted(text, lead_in.end()) if lead_in else None
    return _as_cut(text, found) if found is not None and len(found.values) > 1 else None


def alternation_in(text: str) -> tuple[str, ...]:
    """Return the values of a pattern that is nothing but a list of them: 'must match "low|high"' -> ("low", "high")."""
    found = _ALTERNATION.search(text[:_LONGEST])
    return tuple(found[1].split("|")) if found else ()


def _as_cut(text: str, found: Listed) -> Listed:
    """Return a list that says that it goes on as one: "a, b, ..." -> ("a", "b", MORE)."""
    values = [each for each in found.values if each not in _CUT]
    goes_on = len(values) < len(found.values) or _GOES_ON.match(text, found.end) is not None
    return replace(found, values=(*values, MORE)) if goes_on else found


def _opened(text: str, lead: re.Match[str]) -> int:
    """Return where the values begin, behind what stands between: "one of" and "the following values: ["."""
    found = _FILLER.match(text, lead.end())
    return found.end() if found else lead.end()


def quoted_values(text: str) -> tuple[str, ...]:
    """Return the values in quotes of a text that is nothing but a list: "'a', 'b' or 'c'" -> ("a", "b", "c")."""
    found = _quoted(text[:_LONGEST], 0)
    return found.values if found else ()


def _quoted(text: str, start: int) -> Listed | None:
    values, end = list[str](), start
    while len(values) < _MOST_VALUES and (found := _QUOTED.match(text, end)):
        values.append(found[2] if found[2] is not None else found[3])
        end = found.end()
    return Listed(values=tuple(values), start=start, end=end) if values else None


def _unquoted(text: str, start: int, *, is_alone: bool) -> Listed | None:
    """Return values that are written without quotes; one alone only where brackets hold it."""
    stop = _END.search(text, start)
    end = stop.start() if stop else len(text)
    values = [value.strip() for value in _BETWEEN.split(text[start:end].strip(), maxsplit=_MOST_VALUES)]
    is_list = len(values) > 1 or (is_alone and stop is not None and stop[0] in "])}")
    if not is_list or not all(value in _CUT or _VALUE.fullmatch(value) for value in values):
        return None
    return Listed(values=tuple(values), start=start, end=end)
