"""What an operation takes, each input with its argument's name, and what the operator changes in it.

Changed before schemas are made: what is withheld takes no room there. It keeps its Binding, by which its name on the
wire stays taken: no field of another argument may become it. A model cannot give it, as the schema does not know it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from openapi_mcp.errors import ConfigError
from openapi_mcp.generator.bodies import CHOOSER, Argument, BodyArguments, chooser, united
from openapi_mcp.generator.mentions import with_new_names, without_mentions
from openapi_mcp.generator.naming import argument_names, is_argument_name
from openapi_mcp.generator.schema import LONGEST_ARGUMENT, Parts, SelfContained
from openapi_mcp.model.document import Operation, Schema
from openapi_mcp.model.fault import place
from openapi_mcp.model.policy import ArgumentEdit
from openapi_mcp.model.text import one_line
from openapi_mcp.schema.bounded import TooManyStepsError
from openapi_mcp.schema.check import Check
from openapi_mcp.schema.words import nearest, rule

Key = tuple[str, str]
NO_EDIT = ArgumentEdit()
_ITEM = re.compile(r"\[[0-9]*\]$")  # an item of a list, as many servers read the name of a query pair
_OF_BODY = ("", "body", "part")  # places of inputs


def key_of(argument: Argument) -> Key:
    """Return what tells an input from the others of its operation: its place, and its name on the wire."""
    return argument.place, argument.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The inputs of an operation: its parameters and its body in each media type, with the `names` of arguments.

    `ignored` are the wire's names of what is nobody's to set, `withheld` what no caller may give; of that `fixed`, by
    the names of arguments, is always sent. `defaults` are sent where a call gives nothing else. `known` are the names
    before any was changed, `unknown` those that an edit gives and no input has. `gone` and `renamed` are what texts may
    still speak of. `about_choice` is said of the argument that names the media type of the body; `lost_types` are those
    in which the body cannot be sent as the operator wants it, `twins` what is withheld for a server reads it as an
    input that the operator withholds.
    """

    parameters: Sequence[Argument]
    bodies: Sequence[BodyArguments]
    names: Mapping[Key, str]
    ignored: Sequence[str] = ()
    withheld: frozenset[Key] = frozenset()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    known: Sequence[str] = ()
    unknown: Sequence[str] = ()
    gone: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = field(default_factory=dict)
    about_choice: ArgumentEdit = NO_EDIT
    lost_types: Sequence[str] = ()
    twins: Sequence[str] = ()

    @property
    def all(self) -> list[Argument]:
        """The inputs, each once, those of the body in all its media types."""
        choice = [chooser(self.bodies)] if len(self.bodies) > 1 else []
        return [*self.parameters, *united(self.bodies), *(_as_said(one, self.about_choice) for one in choice)]

    @property
    def has_choice(self) -> bool:
        """True where a caller may name the media type of the body."""
        return len(self.bodies) > 1 and CHOOSER not in self.withheld

    def offered(self, among: Iterable[Argument]) -> list[Argument]:
        """Return those of these inputs that a caller may give."""
        return [one for one in among if key_of(one) not in self.withheld]

    def sending(self, operation: Operation) -> Operation:
        """Return an operation whose body may not be left out where the operator's values always make one."""
        filled = {self.names[key] for key in self.names if key[0] == "body"} & {*self.fixed, *self.defaults}
        body = operation.request_body
        if body is None or not any(self._have_all(name) for name in filled):
            return operation
        return replace(operation, request_body=replace(body, required=True))

    def _have_all(self, name: str) -> bool:
        return all(any(self.names[key_of(one)] == name for one in body.arguments) for body in self.bodies)


def inputs_of(parameters: Sequence[Argument], ignored: Sequence[str], bodies: Sequence[BodyArguments]) -> Inputs:
    """Return inputs with the names of their arguments, nothing changed in them."""
    made = Inputs(parameters=parameters, bodies=bodies, names={}, ignored=ignored)
    keys = [key_of(argument) for argument in made.all]
    names = argument_names(keys)
    return replace(made, names=dict(zip(keys, names, strict=True)), known=names)


def changed(inputs: Inputs, edits: Mapping[str, ArgumentEdit], parts: Parts) -> Inputs:
    """Return the inputs as the operator wants them; `parts` are the document's schemas, for values to be held against.

    Raises:
        ConfigError: a value breaks its schema, a name is illegal or taken, what is required is hidden, or what is
            withheld could still be given inside of another argument.
    """
    if not edits:
        return inputs
    by_name = {name: key for key, name in inputs.names.items()}
    by_key = {by_name[name]: edit for name, edit in edits.items() if name in by_name}
    unknown = [name for name in edits if name not in by_name]
    _refuse_inside_of_whole(inputs, [edits[name] for name in unknown])
    _require_sound(inputs, by_key, parts)
    names = _renamed(inputs, by_key)
    chosen_out = frozenset(key for key, edit in by_key.items() if edit.withholds)
    twins = _twins(inputs.names, chosen_out)
    withheld = chosen_out | twins
    gone, renamed = _gone_words(inputs.names, withheld), _new_words(inputs.names, names)
    saying = _Saying(edits=by_key, gone=gone, renamed=renamed, twins=twins)
    chosen = _chosen(inputs.bodies, by_key.get(CHOOSER, NO_EDIT))
    bodies = _holding(chosen, by_key)
    values = {key: edit for key, edit in by_key.items() if key != CHOOSER and key not in twins}
    return replace(
        inputs,
        parameters=[saying.of(one) for one in inputs.parameters],
        bodies=[replace(body, arguments=tuple(map(saying.of, body.arguments))) for body in bodies],
        names=names,
        withheld=withheld,
        fixed={names[key]: edit.fix for key, edit in values.items() if edit.fix is not None},
        defaults={names[key]: edit.default for key, edit in values.items() if edit.default is not None},
        unknown=unknown,
        gone=gone,
        renamed=renamed,
        about_choice=by_key.get(CHOOSER, NO_EDIT),
        lost_types=[body.content_type for body in chosen if body not in bodies],
        twins=[inputs.names[key] for key in inputs.names if key in twins],
    )


def _twins(keys: Iterable[Key], withheld: frozenset[Key]) -> frozenset[Key]:
    """Return the inputs that a server reads as one that is withheld, under another name: they are withheld too.

    "x-tenant" and "X_Tenant" are the header "X-Tenant" to one that keeps headers as variables (RFC 9110 section 5.1,
    RFC 3875 section 4.1.18), "tenant[]" is the "tenant" of a query to one that reads lists so. Security, A5.
    """
    folded = {_as_read(key) for key in withheld}
    return frozenset(key for key in keys if _as_read(key) in folded) - withheld


def _as_read(key: Key) -> Key:
    location, name = key
    if location == "header":
        return location, name.lower().replace("_", "-")
    return location, _ITEM.sub("", name) if location == "query" else name


def _refuse_inside_of_whole(inputs: Inputs, unknown: Sequence[ArgumentEdit]) -> None:
    """Refuse to withhold what is no argument of its own where a body is one argument: it may be a field in there."""
    whole = next((inputs.names[key_of(one)] for one in united(inputs.bodies) if one.place == ""), None)
    for edit in unknown:
        if edit.withholds and whole is not None:
            said = f"its body is one argument, {whole}: a field in it cannot be fixed or hidden"
            raise ConfigError(said, where=edit.where, hint=f"fix {whole} as a whole, or hide the tool")


def _require_sound(inputs: Inputs, edits: Mapping[Key, ArgumentEdit], parts: Parts) -> None:
    """Hold what is said of each input against what the document says of it, in each media type."""
    of_bodies = (argument for body in inputs.bodies for argument in body.arguments)
    whole_query = any(one.place == "querystring" for one in inputs.parameters)
    for one in (*inputs.all, *of_bodies):
        edit = edits.get(key_of(one), NO_EDIT)
        if edit.hide and edit.fix is None and (one.required or one.place == "path"):
            raise ConfigError("it is required, and hidden", where=edit.where, hint="give its value: fix = ...")
        if edit.withholds and one.place == "query" and whole_query:
            hint = "fix the whole query string, or hide the tool"
            raise ConfigError("callers give the whole query string, and this in it", where=edit.where, hint=hint)
        value = edit.default if edit.fix is None else edit.fix
        if value is not None:
            _require_fitting(value, one.schema, parts, edit.where)


def _require_fitting(value: Any, schema: Schema, parts: Parts, where: str) -> None:
    schemas = SelfContained(parts)
    schemas.add("value", schema)
    properties, definitions = schemas.finish()
    check = Check(
        {"properties": properties, "$defs": definitions},
        {f"#/$defs/{name}": one for name, one in definitions.items()},
    )
    try:
        errors = check.errors({"value": value})
    except (TooManyStepsError, RecursionError):
        raise ConfigError("its value takes too long to check", where=where, hint="give a smaller one") from None
    if errors:
        error = nearest(errors[0])
        inner = place(list(error.absolute_path)[1:])
        said = f"its value {f'at {inner} ' if inner else ''}{rule(error)}"
        raise ConfigError(said, where=where, hint="give one that the document's schema allows")


def _renamed(inputs: Inputs, edits: Mapping[Key, ArgumentEdit]) -> dict[Key, str]:
    """Return the names of arguments, the new ones among them; none is given twice, nor is that of a withheld one."""
    names = dict(inputs.names)
    for key, edit in edits.items():
        if edit.name is not None and not edit.withholds:
            names[key] = edit.name
            if not is_argument_name(edit.name):
                hint = "letters, digits, _, - and ., 64 characters at most"
                raise ConfigError(f"{edit.name[:80]!r} cannot be the name of an argument", where=edit.where, hint=hint)
    for key, edit in edits.items():
        if edit.name is not None and list(names.values()).count(names[key]) > 1:
            raise ConfigError(f"the argument {names[key]!r} is there already", where=edit.where, hint="choose another")
    return names


def _chosen(bodies: Sequence[BodyArguments], edit: ArgumentEdit) -> Sequence[BodyArguments]:
    """Return the one media type that is fixed, else all, that which is the default first."""
    if edit.fix is not None:
        return [body for body in bodies if body.content_type == edit.fix]
    return sorted(bodies, key=lambda body: body.content_type != edit.default) if edit.default is not None else bodies


def _holding(bodies: Sequence[BodyArguments], edits: Mapping[Key, ArgumentEdit]) -> list[BodyArguments]:
    """Return the media types in which what is fixed is sent, and in which a caller can give nothing that is withheld.

    Raises:
        ConfigError: there is none.
    """
    withheld = {key: edit for key, edit in edits.items() if key[0] in _OF_BODY and edit.withholds}
    fixed = {key for key, edit in withheld.items() if edit.fix is not None}
    has = [{key_of(one) for one in body.arguments} for body in bodies]
    held = [
        body
        for body, keys in zip(bodies, has, strict=True)
        if fixed <= keys and not (withheld and any(place == "" for place, _ in keys - withheld.keys()))
    ]
    if withheld and not held:
        where = next(iter(withheld.values())).where
        raise ConfigError(
            "no media type of the body can carry it so", where=where, hint="fix or hide less in this tool"
        )
    return held


@dataclass(frozen=True, slots=True, kw_only=True)
class _Saying:
    """What is said of inputs: the operator's words, else the document's without names that are gone or old."""

    edits: Mapping[Key, ArgumentEdit]
    gone: frozenset[str]
    renamed: Mapping[str, str]
    twins: frozenset[Key]

    def of(self, argument: Argument) -> Argument:
        """Return an input as it is told; what is always there is not required of a caller."""
        edit = self.edits.get(key_of(argument), NO_EDIT)
        said = argument.schema.get("description")
        if isinstance(said, str):
            told = with_new_names(without_mentions(said, self.gone), self.renamed)
            argument = replace(argument, schema={**argument.schema, "description": told})
        is_given = edit.default is not None or edit.fix is not None or key_of(argument) in self.twins
        argument = replace(argument, required=argument.required and not is_given)
        default = {} if edit.default is None else {"default": edit.default}
        return _as_said(replace(argument, schema={**argument.schema, **default}), edit)


def _as_said(argument: Argument, edit: ArgumentEdit) -> Argument:
    """Return an input with the operator's description of it."""
    if edit.description is None:
        return argument
    said = fitting(edit.description, LONGEST_ARGUMENT, f"{edit.where} description")
    return replace(argument, schema={**argument.schema, "description": said})


def _new_words(before: Mapping[Key, str], after: Mapping[Key, str]) -> dict[str, str]:
    """Return the new name for each word that a text may call a renamed input by: its old name, and that of the wire."""
    new = [key for key in before if before[key] != after[key]]
    kept = {word for key in before if key not in new for word in (before[key], key[1])}
    return {word: after[key] for key in new for word in (key[1], before[key]) if word not in kept}


def _gone_words(names: Mapping[Key, str], withheld: frozenset[Key]) -> frozenset[str]:
    """Return the words that a text may call a withheld input by, and no other."""
    kept = {word for key in names if key not in withheld for word in (names[key], key[1])}
    return frozenset(word for key in withheld for word in (names[key], key[1])) - kept


def fitting(text: str, longest: int, where: str) -> str:
    """Return the operator's text on one line.

    Raises:
        ConfigError: it is too long; a document's is cut, theirs is not.
    """
    line = one_line(text, len(text) + 1)
    if len(line) > longest:
        raise ConfigError(f"it has {len(line):,} characters, and {longest:,} fit", where=where, hint="shorten it")
    return line
