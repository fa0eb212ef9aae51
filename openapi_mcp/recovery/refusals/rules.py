"""Which rule a complaint says was broken, and what the rule asks for, by its code and its words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openapi_mcp.recovery.refusals.allowed import alternation_in, list_in, quoted_values
from openapi_mcp.recovery.refusals.bounds import bound_in
from openapi_mcp.recovery.refusals.codes import rule_of_code
from openapi_mcp.recovery.refusals.complaint import Complaint
from openapi_mcp.recovery.refusals.formats import format_in, type_in

_MOST_VALUES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One of RULES of model/fault.py, and what it asks for; None where that is not said."""

    name: str
    limit: Any = None


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_KINDS_OF_FIELD = r"(?:field|parameter|property|argument|attribute|key|query parameter|keyword|propert)"
_TAKEN = _any(
    r"already (?:exists?|taken|in use|used|registered|been taken|associated)", r"\b(?:must|has to|should) be unique",
    r"not unique", r"\bduplicate\b", r"\bis taken\b", r"\bbereits (?:vergeben|vorhanden|verwendet)",
    r"\bya (?:existe|ha sido|est\u00e1 en uso)", r"\bd\u00e9j\u00e0 (?:pris|utilis|exist)",
    r"\bj\u00e1 (?:existe|est\u00e1 em uso|foi)",
)  # fmt: skip
_UNKNOWN = _any(
    rf"\b(?:unknown|unexpected|unrecogni[sz]ed|unsupported|additional|extra|undefined) {_KINDS_OF_FIELD}",
    r"\bnot permitted\b", r"extra (?:inputs?|fields?)", r"additional propert", r"should not exist$",
    r'" is not allowed$',
    r"not a recognized (?:field|parameter)", r"\bis not a (?:known|valid) (?:field|parameter|property)\b",
)  # fmt: skip
_ENUM = _any(
    r"\b(?:must|should|can|may|has to|needs to) (?:only )?be (?:one of|either|any of)", r"\bis not one of\b",
    r"\bnot a valid choice\b", r"is not included in the list", r"expected one of", r"no enum constant",
    r"accepted for enum class", r"not an? (?:valid|allowed|accepted|supported) (?:value|option|choice)\b",
    r"\b(?:allowed|valid|possible|accepted|acceptable|permitted|supported|available|allowable|legal) "
    r"(?:values|options|choices|types|statuses)\b",
    r"equal to one of the allowed values", r"\bany of the (?:allowed )?values\b", r"\benum value set\b",
    r"\bdoes not exist in ['\"]\w{1,60}['\"] enum\b", r"\bbad value for (?:restricted )?picklist",
    r"\b(?:uno de|eines von|einer von)\b",
    r"l'une? des|\bun des\b", r"\b(?:um dos|uma das|uno dei|een van)\b",
 r"invalid (?:enum|option|choice)", r"valid enum value", r"value for enum",
)  # fmt: skip
_EXISTS = _any(
    r"\bdo(?:es)? ?n[o']t exist", r"\bdoes not exist", r"\bnot found\b", r"\bno such\b", r"\bmust exist\b",
    r"\binvalid pk\b", r"\bcould ?n[o']t find\b", r"\bcould not (?:find|be found)\b",
    r"\b(?:cannot|can't|unable to) (?:find|locate)\b", r"\bthere is no\b", r"\bno \w{1,40} (?:found|with|exists)\b",
    r"\bunknown \w{1,40} ['\"\d]", r"\bnot present in table\b",
)  # fmt: skip
_REQUIRED = _any(
    r"\bis required\b", r"\bare required\b", r"field required", r"^required\b", r"required$", r"\bis missing\b",
    r"\brequired (?:request )?(?:field|property|parameter|argument|query|path|part|body|header)\b",
    r"\bmissing (?:required|data|field|param|property|argument|value)",
    r"\b(?:can'?t|cannot|can not) be (?:blank|empty|null)",
    r"\b(?:must|should|may) not be (?:blank|empty|null|undefined)",
    r"\b(?:must|should|has to) be (?:provided|present|specified|given|set|defined|supplied)\b",
    r"\b(?:not|wasn't|must be) provided\b", r"\bis mandatory\b", r"\bnot present\b", r"missing$",
    r"\bare missing\b", r"\bmissing input\b",
    r"\byou must (?:specify|provide|supply|give|enter)\b", r"\brequired value\b", r"\bnull value in column\b",
    r"\bnot-null constraint\b", r"\bplease (?:provide|enter|specify|supply)\b",
    r"\bno value (?:was )?(?:given|provided)",
    r"\berforderlich\b", r"\bpflichtfeld\b", r"\bobligat(?:orio|oria|oire)\b", r"\bobrigat\u00f3ri[oa]\b",
    r"\best requis\b",
    r"\bverplicht\b",
)  # fmt: skip
_PATTERN = _any(
    r"\b(?:must|not|should) match ['\"]",
    r"\bmatch(?:es)? (?:the )?(?:pattern|regular|regex|required pattern)",
    r"invalid characters?",
)
_TYPE = re.compile(r"\b(?:incorrect|wrong|invalid) type\b", re.IGNORECASE)
_SIZE = re.compile(r"\btoo (short|long|large|big|high|small|low)\b", re.IGNORECASE)
_SIZES = {"short": "minLength", "long": "maxLength", "small": "minimum", "low": "minimum"}
_TAG = re.compile(r"\bfailed on the '(\w{1,40})' tag")  # of Go's validator
_REQUIRED_TYPE = _any(
    r"\bof required type\b.{1,80}\bnot provided\b", r"\bno value associated with key\b"
)  # GraphQL, Swift
_SELECTED = re.compile(r"^the selected .{1,100} is invalid", re.IGNORECASE)  # Laravel: of `in` and of `exists` alike


def rule_of(complaint: Complaint, schema: Mapping[str, Any], value: Any = None) -> Rule:
    """Return the rule that was broken: "quantity must be one of a, b" -> enum, ("a", "b").

    `schema` is what the document says of the value that was given; they help where the words could mean two rules.
    """
    said, told = complaint.said, complaint.told
    by_words = _by_words(said, schema, value)
    name = _by_code(complaint)
    if (name or by_words.name) == "required" and value == []:  # it is there, and empty
        return Rule(name="minItems", limit=1)
    if name is None or (name == "type" and by_words.name in ("format", "required", "taken", "exists", *_BOUNDS)):
        name = by_words.name
    limit = _told_limit(name, told)
    if limit is None and by_words.name == name:
        limit = by_words.limit
    return Rule(name=name, limit=_as_declared(limit, schema) if name == "enum" else limit)


def rule_in_words(said: str) -> str:
    """Return the rule that a sentence tells, whatever the value was: "There is no such customer" -> "exists"."""
    return _by_words(said, {}, None).name


def _by_code(complaint: Complaint) -> str | None:
    """Return the rule that the code names; of one word that frameworks use for two rules, by what stands beside it."""
    told, code = complaint.told, complaint.code.lower()
    if code == "missing" and "resource" in told:  # GitHub: there is no such thing; "missing_field" is the other one
        return "exists"
    kind = str(told.get("origin", told.get("type", "")))  # zod, of a text, a list or a number
    if code in ("too_small", "too_big"):
        bounds = {"string": "Length", "array": "Items", "set": "Items"}
        return ("min" if code == "too_small" else "max") + bounds.get(kind, "imum")
    found = rule_of_code(complaint.code)
    return "type" if found == "enum" and code == "invalid_value" and "values" not in told else found


def _by_words(said: str, schema: Mapping[str, Any], value: Any) -> Rule:
    """Return the rule that words tell, the more telling first: "A valid integer is required." is of a type."""
    if _TAKEN.search(said):
        return Rule(name="taken")
    tag = _TAG.search(said)
    if tag or _REQUIRED_TYPE.search(said):
        return Rule(name=(rule_of_code(tag[1]) if tag else "required") or "invalid")
    found = list_in(said) if _SELECTED.search(said) or _ENUM.search(said) else None
    if _SELECTED.search(said) and found is None:
        return Rule(name="enum" if "enum" in schema else "exists")
    if found is not None or _ENUM.search(said):
        return Rule(name="enum", limit=found.values if found else None)
    either = alternation_in(said)
    if either:
        return Rule(name="enum", limit=either)
    for pattern, name in ((_UNKNOWN, "unknown"), (_PATTERN, "pattern")):
        if pattern.search(said):
            return Rule(name=name)
    return _by_measure(said, value) or _by_need(said)


def _by_measure(said: str, value: Any) -> Rule | None:
    """Return a rule that measures a value: a bound, a type, a format."""
    bound = bound_in(said, value)
    if bound is not None:
        return Rule(name=bound[0], limit=bound[1])
    kind, form = type_in(said), format_in(said)
    if form is not None:
        return Rule(name="format", limit=form)
    if kind is not None or _TYPE.search(said):
        return Rule(name="type", limit=kind)
    size = _SIZE.search(said)  # with no number beside it
    return Rule(name=_SIZES.get(size[1].lower(), "maximum")) if size else None


def _by_need(said: str) -> Rule:
    if _EXISTS.search(said):
        return Rule(name="exists")
    if _REQUIRED.search(said):
        return Rule(name="required")
    found = list_in(said)
    return Rule(name="enum", limit=found.values) if found and len(found.values) > 1 else Rule(name="invalid")


_BOUNDS = {
    "minimum": ("ge", "minimum", "min", "limitvalue", "limit"),
    "maximum": ("le", "maximum", "max", "limitvalue", "limit"),
    "exclusiveMinimum": ("gt", "minimum", "limitvalue", "limit"),
    "exclusiveMaximum": ("lt", "maximum", "limitvalue", "limit"),
    "minLength": ("minlength", "minimum", "limitvalue", "limit"),
    "maxLength": ("maxlength", "maximum", "limitvalue", "limit"),
    "minItems": ("minlength", "minimum", "limitvalue", "limit"),
    "maxItems": ("maxlength", "maximum", "limitvalue", "limit"),
}  # fmt: skip
_ALLOWED = (
    "valid", "options", "values", "allowedvalues", "valids", "enumvalues", "permitted", "choices", "enum", "expected",
)  # fmt: skip


def _told_limit(rule: str, told: Mapping[str, Any]) -> Any:
    """Return what an answer tells of a rule beside its words: ctx, params, options."""
    if rule == "enum":
        return next((found for name in _ALLOWED if (found := _values(told.get(name)))), None)
    if rule == "format" and isinstance(told.get("format"), str):
        return told["format"][:60]
    numbers = (told.get(name) for name in _BOUNDS.get(rule, ()))
    return next((each for each in numbers if isinstance(each, (int, float)) and not isinstance(each, bool)), None)


def _values(found: Any) -> tuple[Any, ...]:
    """Return values that are allowed: ["a", "b"], or the text "'a', 'b' or 'c'" of pydantic."""
    if isinstance(found, str):
        return quoted_values(found)
    if not isinstance(found, list):
        return ()
    return tuple(each for each in found[:_MOST_VALUES] if isinstance(each, (str, int, float)) or each is None)


def _as_declared(limit: Any, schema: Mapping[str, Any]) -> Any:
    """Return allowed values as numbers where words list them and the document says that they are whole ones."""
    if not isinstance(limit, tuple) or schema.get("type") != "integer":
        return limit
    return tuple(int(each) if isinstance(each, str) and each.isascii() and each.isdecimal() and len(each) < 19 else each
                 for each in limit)  # fmt: skip
