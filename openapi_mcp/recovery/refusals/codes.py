"""The rules of model/fault.py by the words that frameworks have for them in their codes."""

from openapi_mcp.recovery.refusals.forms.names import plain

_WORDS = {
    "required": "required missing blank null empty notnull notblank notempty missingfield missingparameter "
    "missingargument parametermissing parameterinvalidempty anyrequired isdefined isnotempty isrequired "
    "valueerrormissing valueerrornonenotallowed typeerrornonenotallowed stringempty notnullvalidator "
    "notemptyvalidator presence requiredfield fieldrequired missingrequiredparameter missingrequiredfield "
    "missingproperty anyempty nnull requiredwithout requiredif fieldvaluerequired requiredfieldmissing",
    "unknown": "extraforbidden valueerrorextra unknownfield unrecognizedkeys additionalproperties objectunknown "
    "objectallowunknown whitelistvalidation parameterunknown unknownparameter unknownproperty "
    "unexpectedkeywordargument unexpectedfield unrecognizedfield",
    "enum": "enum literalerror typeerrorenum valueerrorconst valueerrorenum invalidchoice invalidenumvalue "
    "invalidoption anyonly inclusion isin isenum notachoice invalidvalue enumvalidator oneof "
    "notinlist invalidenum",
    "type": "type invalidtype typemismatch incorrecttype numberbase stringbase booleanbase arraybase objectbase "
    "isint isnumber isstring isboolean isbool isarray isobject isnumberstring notanumber notaninteger "
    "casterror intparsing inttype intfromfloat floatparsing floattype boolparsing booltype stringtype "
    "listtype dicttype modeltype modelattributestype decimalparsing decimaltype typeerrorinteger "
    "typeerrorfloat typeerrorbool typeerrorstr typeerrorlist typeerrordict typeerrordecimal "
    "valueerrornumbernotinteger numeric integer boolean array",
    "format": "format invalidformat dateparsing datefromdatetimeparsing datetimeparsing datetimefromdateparsing "
    "timeparsing datetype datetimetype uuidparsing uuidtype urlparsing urltype valueerrordate "
    "valueerrordatetime valueerroremail valueerrorurl typeerroruuid email isemail uuid isuuid date isdate "
    "isdatestring isiso8601 dateformat datebase dateiso stringemail stringguid stringuri isurl url "
    "emailvalidator invalidstring malformed typemismatchdate",
    "pattern": "pattern stringpatternmismatch valueerrorstrregex regex matches stringpatternbase",
    "minimum": "gte greaterthanequal valueerrornumbernotge min minvalue numbermin minimum decimalmin "
    "greaterthanorequalto greaterthanorequalvalidator ismin",
    "maximum": "lte lessthanequal valueerrornumbernotle max maxvalue numbermax maximum decimalmax lessthanorequalto "
    "lessthanorequalvalidator ismax",
    "exclusiveMinimum": "gt greaterthan valueerrornumbernotgt positive ispositive numberpositive exclusiveminimum "
    "greaterthanvalidator numbergreater",
    "exclusiveMaximum": "lt lessthan valueerrornumbernotlt negative exclusivemaximum lessthanvalidator numberless",
    "multipleOf": "multipleof valueerrornumbernotmultiple numbermultiple notmultipleof isdivisibleby",
    "minLength": "stringtooshort valueerroranystrminlength minlength tooshort stringmin isminlength "
    "minimumlengthvalidator",
    "maxLength": "stringtoolong valueerroranystrmaxlength maxlength toolong stringmax ismaxlength "
    "maximumlengthvalidator",
    "minItems": "valueerrorlistminitems minitems arraymin arrayminsize toofewitems",
    "maxItems": "valueerrorlistmaxitems maxitems arraymax arraymaxsize toomanyitems",
    "taken": "unique taken alreadyexists duplicate uniqueness duplicatevalue uniqueviolation fieldvalueduplicate "
    "duplicatekey",
    "exists": "doesnotexist notfound resourcemissing exists objectdoesnotexist nosuchobject resourcenotfound",
}  # fmt: skip
_RULES = {code: rule for rule, codes in _WORDS.items() for code in codes.split()}


def rule_of_code(code: str) -> str | None:
    """Return the rule that a code names: "value_error.missing" -> "required", "too_long" -> "maxLength"; or None."""
    return _RULES.get(plain(code[:80]))
