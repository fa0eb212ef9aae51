"""Texts of a document that speak of arguments by name, without those that a model is not offered."""

import re
from collections.abc import Iterable, Mapping

_READ = 6_000  # characters of a text that are looked at; far fewer are ever shown
_BLANKS = re.compile(r"\s{9,}")  # more than any list is indented by
_QUOTE = "[`'\"\u2018\u2019\u201c\u201d]|</?code>"
_PLAIN = re.compile(r"[A-Za-z]?[a-z0-9]*")  # a name that may be a word like any other: "status", not "pageSize"
_SENTENCE_END = re.compile(
    r"(?<=[.!?…])(?<!e\.g\.)(?<!i\.e\.)\s+(?=[A-Z0-9`'\"\u201c\[(*<-])"  # where another one begins
    r"|\s+(?=[-*•]\s)|(?=<(?:p|li|br|ul|ol|div)\b)"  # an entry of a list, a paragraph
)
_LEADING = (
    r"(?:filtered|sorted|ordered|grouped|given|identified|specified|named|chosen|selected|limited|restricted|scoped)"
)
_TOWARDS = r"(?:by|with|using|via|for|per|in|from|of|on|to|through|as|and|or)"
_PHRASE = rf"(?:,?\s+{_LEADING})?,?\s+{_TOWARDS}\s+(?:(?:the|a|an|its|their|your|this)\s+)?(?:[a-z]+\s+){{0,2}}"


def without_mentions(text: str, gone: Iterable[str], *, is_detail: bool = False) -> str:
    """Return a text without the sentences that speak of arguments by these names; the first one keeps its point.

    ("List orders of `shop_id`. Give `shop_id` to choose one. Newest first.", ["shop_id"]) ->
    "List orders. Newest first."

    A name is spoken of where it stands in quotes or backticks, and bare only where it can be no word of English: with
    `_` or another sign in it, or a capital behind its beginning. Of the first sentence, which says what the tool does,
    only the bracket, clause or phrase with the name is cut; where that leaves no two words, it stays as it is. A text
    that `is_detail` has no such sentence: what it is about was said before. Of a long text only the beginning is left,
    and of long white space one character: where a name stands is looked for from each of them.
    """
    mention = _mention(gone)
    if mention is None:
        return text
    text = _BLANKS.sub(_one_blank, text[:_READ])
    if not mention.search(text):
        return text
    point, *rest = filter(str.strip, _SENTENCE_END.split(text))
    kept = [] if is_detail and mention.search(point) else [_cut(point, mention)]
    return " ".join((*kept, *(one for one in rest if not mention.search(one))))


def _one_blank(found: "re.Match[str]") -> str:
    return "\n" if "\n" in found[0] else " "


def with_new_names(text: str, renamed: Mapping[str, str]) -> str:
    """Return a text that speaks of arguments by their new names: ("by `page_size`", {"page_size": "n"}) -> "by `n`"."""
    mention = _mention(renamed)
    if mention is None:
        return text
    return mention.sub(lambda found: found[0].replace(name := _name(found), renamed[name]), text)


def _name(found: "re.Match[str]") -> str:
    return next(group for group in found.groups() if group is not None)


def _mention(names: Iterable[str]) -> "re.Pattern[str] | None":
    """Return what finds any of these names where a text speaks of it, the longest first."""
    longest_first = sorted(names, key=len, reverse=True)
    quoted = "|".join(map(re.escape, longest_first))
    bare = "|".join(re.escape(name) for name in longest_first if not _PLAIN.fullmatch(name))
    if not quoted:
        return None
    both = rf"(?:{_QUOTE})({quoted})(?:{_QUOTE})" + (rf"|(?<![\w-])({bare})(?![\w-])" if bare else "")
    return re.compile(both)


def _cut(sentence: str, mention: "re.Pattern[str]") -> str:
    """Return a sentence without the bracket, the clause behind a semicolon, or the phrase that a name stands in."""
    found = f"(?:{mention.pattern})"
    left = sentence
    for around in (rf"\s*\([^()]*{found}[^()]*\)", rf";[^;.!?]*{found}[^;.!?]*", rf"{_PHRASE}{found}"):
        left = re.sub(around, "", left)
    return left if len(left.split()) > 1 and not mention.search(left) else sentence
