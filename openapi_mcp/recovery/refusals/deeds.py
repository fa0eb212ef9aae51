"""Whether a sentence says that something was done: "order 77 was created, but level must be one of low, high"."""

import re

_LONGEST = 20_000  # characters of a text that are read
_DONE = (
    "created|saved|stored|charged|accepted|processed|booked|reserved|updated|deleted|removed|applied|added|inserted|"
    "imported|placed|recorded|registered|enqueued|queued|scheduled|executed|completed|committed|persisted|written|"
    "captured|debited|credited|refunded|transferred|paid|published|uploaded|enabled|cancell?ed|succeeded|issued"
)
_HANDED = "sent|submitted|received|delivered|posted"  # which may be said of the request itself
_ALL = f"(?:{_DONE}|{_HANDED})"
_HOW = r"(?:(?:successfully|partially|partly|already|also|just|now|only|indeed)\s+)?"
_WAS = re.compile(rf"\b(?:was|were|(?:has|have)(?: already)? been|got)\s+{_HOW}{_ALL}\b")
_NUMBERED = re.compile(rf"\b[1-9]\d{{0,8}}(?: of \d{{1,9}})?(?: [^\W\d]{{1,30}}){{0,2}} {_HOW}{_ALL}\b")
_WELL = re.compile(rf"\b(?:{_ALL} (?:successfully|partially|partly)|(?:successfully|partially|partly) {_ALL})\b")
_AND_YET = re.compile(rf"\b{_ALL},?\s+(?:but|however|yet|though|although|except)\b")
_FIRST_OF_ALL = re.compile(rf"^{_ALL} (?!at\b|on\b|by\b|date\b|time\b|before\b|after\b)(?:[^\W\d]{{1,30}} )?#?\d")
_AT_THE_END = re.compile(rf"(?:^|[.;]\s)(?!0 )(?:[\w#]{{1,40}} ){{1,2}}{_ALL}\s?$")
_ALONE = re.compile(rf"^\s?(?:[\w#]{{1,40}} ){{1,2}}{_ALL}\s?[.;,]")
_PHRASES = re.compile(
    r"\bwent out\b|\b(?:is|are) (?:now )?(?:open under|running)\b|\bdefaulted to\b|\b(?:fell|falling) back to\b|"
    r"\b[1-9]\d{0,8} (?:[^\W\d]{1,20} )?affected\b|\bcharged (?:your|the)\b|\bkept\b"
)
_OF_OTHERS = re.compile(
    r"\b(?:angelegt|gespeichert|erstellt|enregistr\u00e9e?s?|cr\u00e9\u00e9e?s?|cread[oa]s?|guardad[oa]s?)\b"
)
_NOT_OF_OTHERS = re.compile(
    r"\b(?:nicht|nichts|kein\w{0,3}|muss|kann|darf|soll|wenn|ne|pas|aucune?|doit|peut|debe|puede|si|ni|no|sin|sans)\b|\bn['\u2019]"
)
_CONTRAST = re.compile(r"\b(?:but|however|aber|jedoch|pero|mais)\b")
_SENTENCES = re.compile(r"[.;:!?\n]\s")
_RULE = re.compile(
    r"\b(?:invalid|required?s?|allowed|wrong|unknown|unexpected|expected|expects|missing|errors?|fail\w{0,3}|unsupported|"
    r"too|only|exceed\w{0,3}|ung\u00fcltig\w{0,2}|erlaubt|erwartet\w{0,2}|inv\u00e1lid\w{1,2}|invalide|requis|requerido)\b"
)
_SIGNS = (_WAS, _NUMBERED, _WELL, _FIRST_OF_ALL)
_CLAUSES = re.compile(r"[.,;:!?\n\u2014]+\s|\s[-\u2013]\s|\b(?:but|however|yet|though|although|because|and)\b")
_NOT = re.compile(
    r"\b(?:not|no|none|nothing|never|neither|nobody|cannot|without|must|should|can|could|may|might|would|will|shall|if|"
    r"when|unless|until|before|after|once|to be)\b|n['\u2019]t\b"
)
_OF_THE_REQUEST = re.compile(
    r"\b(?:request|value|field|data|body|payload|parameter|argument|json|xml|header|text|string|number|type|form)s?\b"
)
_ONLY_HANDED = re.compile(rf"\b(?:{_HANDED})\b")
_MADE = "created|saved|stored|inserted|persisted|written|added|imported|enqueued|queued|placed|recorded"
_IN_STATE = re.compile(
    rf"\b(?:(?:is|are) (?:already |still )?(?!{_MADE})(?:{_ALL})"
    r"(?=[,;:.]? (?:(?:and|so|it|they|therefore|thus|hence) )*"
    rf"(?:cannot|can not|can['\u2019]t|can no longer|may not|must not) )|is already (?!{_MADE})(?:{_ALL})\b)"
)
"""The state that a thing is in, why the call does not fit it: "is cancelled and cannot be changed", "is already paid".

What is made may be of this call: "order 77 is already created".
"""
_MULTIPART = re.compile(r"\bhttp/[12](?:\.\d)? 2\d\d\b")


def says_done(text: str) -> bool:
    """True where a text says that something was done; not for "nothing was created" nor "must be created"."""
    plain = text[:_LONGEST].casefold()
    if _MULTIPART.search(plain):
        return True
    in_contrast = any(map(_is_contrast, _SENTENCES.split(plain)))
    plain = _IN_STATE.sub("is so", plain)
    if (alone := _ALONE.search(plain)) and not (_NOT.search(alone[0]) or _OF_THE_REQUEST.search(alone[0])):
        return True
    if (last := _AT_THE_END.search(plain)) and not (_says_a_rule(last[0]) or _OF_THE_REQUEST.search(last[0])):
        return True
    return in_contrast or any(_is_deed(each.strip()) for each in _clauses(plain))


def _is_contrast(sentence: str) -> bool:
    """True for what something else is set against that is no rule: "we took your order, but level is unknown"."""
    first, *others = _CONTRAST.split(sentence, maxsplit=1)
    return bool(others and first.strip()) and not (_says_a_rule(first) or _OF_THE_REQUEST.search(first))


def _says_a_rule(text: str) -> bool:
    return any(each.search(text) for each in (_NOT, _RULE, _NOT_OF_OTHERS))


def _clauses(text: str) -> list[str]:
    """Return the clauses of a text; a deed that a "but" follows keeps it."""
    kept = _AND_YET.sub(lambda found: f"{found[0].split()[0].rstrip(',')} successfully, but", text)
    return _CLAUSES.split(kept)


def _is_deed(clause: str) -> bool:
    if _is_said_otherwise(_PHRASES, _NOT, clause) or _is_said_otherwise(_OF_OTHERS, _NOT_OF_OTHERS, clause):
        return True
    found = next((each for sign in _SIGNS if (each := sign.search(clause))), None)
    if found is None or _NOT.search(clause[: found.end()]):
        return False
    return not (_ONLY_HANDED.search(found[0]) and _OF_THE_REQUEST.search(clause))


def _is_said_otherwise(deed: re.Pattern[str], denied: re.Pattern[str], clause: str) -> bool:
    return (found := deed.search(clause)) is not None and not denied.search(clause[: found.end()])
