"""Which tool each step of a workflow calls, and why a workflow is left out."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from support.make import BASE_URL, document, json_body, parameter

from openapi_mcp.generator.generate import generate
from openapi_mcp.model.policy import METHODS, Selection
from openapi_mcp.model.tool import Toolset
from openapi_mcp.workflow.reach import MOST_PLANNED
from openapi_mcp.workflow.read import read
from openapi_mcp.workflow.together import Placed
from openapi_mcp.workflows import served_api, with_workflows

Json = dict[str, Any]
ALL = frozenset(METHODS)
PATHS: Json = {
    "/pets": {
        "get": {
            "operationId": "pets_list",
            "security": [{}, {"other": []}],
            "parameters": [parameter("name"), parameter("X-Api-Key", "header")],
        },
        "post": {"operationId": "pets_add", "requestBody": {"content": json_body({"type": "object"})}},
    },
    "/pets/{id}": {"get": {"operationId": "pets.get", "parameters": [parameter("id", "path")]}},
}
SCHEMES: Json = {
    "securitySchemes": {
        "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
        "other": {"type": "apiKey", "in": "header", "name": "X-Other-Key"},
    }
}
LIST: Json = {"stepId": "list", "operationId": "pets_list"}
ADD: Json = {"stepId": "add", "operationId": "pets_add", "requestBody": {"payload": {}}}


def workflow(*steps: Json, name: str = "adopt", **fields: Any) -> Json:
    return {"workflowId": name, "steps": list(steps), **fields}


def served(
    *workflows: Json,
    methods: frozenset[str] = ALL,
    sources: Any = None,
    place: str = BASE_URL,
    output_schemas: bool = False,
) -> Toolset:
    """Return the tools of one API with these workflows."""
    root: Json = {
        "arazzo": "1.0.1",
        "info": {"title": "Pets", "version": "1"},
        "sourceDescriptions": sources or [{"name": "pets", "url": "./pets.json", "type": "openapi"}],
        "workflows": list(workflows),
    }
    of = document(PATHS, components=SCHEMES)
    tools = generate(of, Selection(methods=methods))
    arazzo = read(root, where="pets.arazzo.yaml")
    placed = Placed(document=arazzo, where="file:///pets.arazzo.yaml", places={"pets": "/specs/pets.json"})
    return with_workflows(tools, [placed], [served_api(tools, of, place)], output_schemas=output_schemas)


def reasons(toolset: Toolset) -> Mapping[str, str]:
    return {each.path: each.reason for each in toolset.skipped if each.method == "WORKFLOW"}


@pytest.mark.parametrize(
    "step",
    [
        {"operationId": "pets.get"},
        {"operationId": "$sourceDescriptions.pets.pets.get"},
        {"operationPath": "{$sourceDescriptions.pets.url}#/paths/~1pets~1{id}/get"},
        {"operationPath": "{$sourceDescriptions.pets.url}#/paths/~1pets~1%7Bid%7D/get"},
    ],
)
def test_an_operation_is_found_as_the_specification_names_it(step: Json) -> None:
    """Arazzo 1.0.1, 4.6.5: operationId, with its source or without, and operationPath."""
    named = {**step, "stepId": "get", "parameters": [{"name": "id", "in": "path", "value": "7"}]}
    tool = served(workflow(named)).by_name["adopt"]
    assert tool.plan is not None
    assert tool.plan.tools == ("pets_get_" + tool.plan.tools[0][-4:],)


def test_a_workflow_is_a_tool_with_its_inputs_and_outputs() -> None:
    """Issue 11: inputs as the schema, outputs in the description; a write of any step makes it one."""
    inputs = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    listing = {**LIST, "outputs": {"x": "$response.body"}}
    reading = workflow(listing, summary="Find a pet", inputs=inputs, outputs={"pet": "$steps.list.outputs.x"})
    toolset = served(reading, workflow(LIST, ADD, name="place"))
    tool = toolset.by_name["adopt"]
    assert tool.input_schema == inputs
    assert tool.description == "Find a pet. One call carries out: list (pets_list).\nReturns: pet."
    assert (tool.annotations.read_only, toolset.by_name["place"].annotations.read_only) == (True, False)
    assert [each.name for each in toolset.tools][-2:] == ["adopt", "place"]


@pytest.mark.parametrize(
    ("summary", "description", "said"),
    [
        ("Find a pet", "This is how to retrieve pets", "Find a pet. This is how to retrieve pets. One call"),
        ("Find a pet ", "It works like this:\n- one\n- two\n", "Find a pet. It works like this: - one - two. One call"),
        ("Which pet?", "", "Which pet? One call"),
        ("", "宠物。", "宠物。 One call"),
        ("", "x " * 1_000, "x… One call"),
    ],
)
def test_what_a_workflow_says_of_itself_ends_before_what_it_calls(summary: str, description: str, said: str) -> None:
    """Issue 11: a model reads the description; sentences that run together say something else."""
    tool = served(workflow(LIST, summary=summary, description=description)).by_name["adopt"]
    assert said in tool.description


def test_a_workflow_gives_no_more_rights_than_there_are() -> None:
    """Issue 11: a step outside --methods leaves the workflow out, with the reason; that is no defect."""
    toolset = served(workflow(LIST), workflow(LIST, ADD, name="place"), methods=frozenset({"GET"}))
    assert "adopt" in toolset.by_name
    assert reasons(toolset) == {
        "place": "step 'add' calls pets_add, which is left out (method POST is not enabled (--methods, --allow))"
    }
    assert not [problem for problem in toolset.problems if problem.severity == "error"]


def test_a_workflow_that_leads_to_one_outside_methods_is_no_defect_either() -> None:
    """Issue 11: what the operator has decided is no error of the file; the reason says by which option."""
    calling = workflow({"stepId": "call", "workflowId": "place"}, name="calling")
    around = workflow({"stepId": "call", "workflowId": "calling"}, name="around")
    toolset = served(workflow(ADD, name="place"), calling, around, methods=frozenset({"GET"}))
    said = "step 'add' calls pets_add, which is left out (method POST is not enabled (--methods, --allow))"
    leads = f"it calls the workflow 'place', which is left out: {said}"
    assert reasons(toolset) == {"place": said, "calling": leads, "around": leads}
    assert not [problem for problem in toolset.problems if problem.severity == "error"]


def test_a_workflow_that_leads_to_a_wrong_one_says_what_is_wrong_with_that() -> None:
    """errors.py: what, where, what to do: the place to correct is in the other one."""
    calling = workflow({"stepId": "call", "workflowId": "place"}, name="calling")
    toolset = served(workflow({**ADD, "operationId": "nothing"}, name="place"), calling)
    wrong, led = [problem for problem in toolset.problems if problem.severity == "error"]
    assert "'place' is left out: step 'add' calls 'nothing'" in wrong.message
    assert "it calls the workflow 'place', which is left out: step 'add' calls 'nothing'" in led.message
    assert led.hint == "correct that one"


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"stepId": "s", "operationId": "nothing"}, "'nothing', which the API does not have"),
        ({"stepId": "s", "operationId": "pet_list"}, "or which is left out; did you mean 'pets_list'?"),
        ({"stepId": "s", "operationId": "Pets.Get"}, "or which is left out; did you mean 'pets.get'?"),
        (
            {"stepId": "s", "operationPath": "{$sourceDescriptions.pets.url}#/paths/~1pet~1{id}/get"},
            "or which is left out; did you mean 'GET /pets/{id}'?",
        ),
        (
            {**LIST, "parameters": [{"name": "nmae", "in": "query", "value": 1}]},
            "the operation has no query parameter 'nmae'; did you mean 'name'?",
        ),
        (
            {**LIST, "parameters": [{"name": "name", "in": "header", "value": 1}]},
            "the operation has no header parameter 'name'; it has it in query",
        ),
        ({**LIST, "requestBody": {"payload": {}}}, "the operation takes no body"),
        ({**ADD, "requestBody": {"contentType": "text/csv", "payload": "a"}}, "no body of the type text/csv"),
    ],
)
def test_a_step_that_cannot_be_called_leaves_its_workflow_out(step: Json, said: str) -> None:
    """Our choice: without the parameter, or the body, it would be another call than its author means."""
    toolset = served(workflow(step))
    assert said in reasons(toolset)["adopt"]
    (problem,) = [each for each in toolset.problems if each.severity == "error"]
    assert said in problem.message
    assert problem.pointer.startswith("file:///pets.arazzo.yaml#/workflows/0")


def test_what_leads_to_a_workflow_that_is_left_out_is_left_out_itself() -> None:
    """Our choice: half a workflow is none."""
    toolset = served(
        workflow({"stepId": "s", "workflowId": "place"}),
        workflow(ADD, name="place"),
        methods=frozenset({"GET"}),
    )
    assert set(reasons(toolset)) == {"adopt", "place"}
    assert "it calls the workflow 'place', which is left out: step 'add'" in reasons(toolset)["adopt"]


def test_credentials_are_the_operators_to_give() -> None:
    """security.md A: what a workflow says of them is not sent, and that is said."""
    step = {**LIST, "parameters": [{"name": "X-Api-Key", "in": "header", "value": "secret"}]}
    toolset = served(workflow(step))
    assert "adopt" in toolset.by_name
    assert any("the operator's to give" in problem.message for problem in toolset.problems)


@pytest.mark.parametrize("value", ["special-key", "$inputs.key"])
@pytest.mark.parametrize("name", ["X-Other-Key", "x-other-key"])
def test_a_key_in_the_place_of_a_security_scheme_is_the_operators_to_give(name: str, value: str) -> None:
    """security.md A: as for Authorization; the operation lists no parameter of that name, and need not."""
    step = {**LIST, "parameters": [{"name": name, "in": "header", "value": value}]}
    inputs = {"type": "object", "properties": {"key": {"type": "string"}}}
    toolset = served(workflow(step, inputs=inputs))
    assert "adopt" in toolset.by_name
    assert any("the operator's to give" in problem.message for problem in toolset.problems)


def test_a_token_for_all_steps_is_no_matter_of_the_step_that_gets_it() -> None:
    """Arazzo 1.0.1, 4.6.4: a workflow's parameters are each step's; the one that logs in goes without."""
    token = {"name": "Authorization", "in": "header", "value": "Bearer {$steps.list.outputs.token}"}
    step = {**LIST, "outputs": {"token": "$response.body#/token"}}
    toolset = served(workflow(step, ADD, parameters=[token]))
    assert "adopt" in toolset.by_name
    assert [
        each.message for each in toolset.problems if "Authorization" in each.message or "token" in each.message
    ] == []


def test_a_source_that_is_not_served_is_not_mistaken_for_one_that_is() -> None:
    """Issue 11: by URL, by name; the only one means the only API."""
    two = [
        {"name": "pets", "url": "./pets.json", "type": "openapi"},
        {"name": "other", "url": "https://other.example.com/openapi.json", "type": "openapi"},
    ]
    of_pets = workflow({**LIST, "operationId": "$sourceDescriptions.pets.pets_list"})
    of_other = workflow({**LIST, "operationId": "$sourceDescriptions.other.pets_list"})
    assert "adopt" in served(of_pets, sources=two, place="/specs/pets.json").by_name
    assert "none of the APIs" in reasons(served(of_other, sources=two, place="/specs/pets.json"))["adopt"]
    assert "adopt" in served(of_pets, place="/elsewhere.json").by_name


def test_a_name_that_an_operation_has_is_given_once() -> None:
    """Issue 11: unique beside the operations, which keep theirs."""
    toolset = served(workflow(LIST, name="pets_list"))
    assert next(name for name in toolset.by_name if "pets_list" in name) == "pets_list"
    (own,) = [tool for tool in toolset.tools if tool.plan is not None]
    assert own.name != "pets_list"
    assert own.name.startswith("pets_list_workflow_")
    (problem,) = toolset.problems
    assert problem.message == f"the workflow 'pets_list' is listed as {own.name}: another tool has its name"
    assert (problem.severity, problem.hint) == ("warning", "give it a workflowId of its own")
    assert (problem.pointer, toolset.odd_workflows) == ("file:///pets.arazzo.yaml#/workflows/0", 1)
    assert not served(workflow(LIST, name="list of pets")).problems


@pytest.mark.parametrize("inputs", [{"type": "object", "allOf": [{"type": "string"}]}, {"oneOf": [{"type": "null"}]}])
def test_inputs_that_are_no_object_are_no_tool(inputs: Json) -> None:
    """MCP, Tool: an input schema is an object."""
    assert "the inputs of 'adopt' are no object" in reasons(served(workflow(LIST, inputs=inputs)))["adopt"]


def test_inputs_in_alternatives_are_shown_as_one_object() -> None:
    """Our choice: clients refuse a root with oneOf; each input is listed, the words say which belong together."""
    one, other = {"properties": {"id": {"type": "integer"}}}, {"properties": {"name": {"type": "string"}, "kind": {}}}
    inputs = {"oneOf": [{**one, "required": ["id"]}, {**other, "required": ["name", "kind"]}]}
    tool = served(workflow(LIST, inputs=inputs)).by_name["adopt"]
    assert tool.input_schema == {"type": "object", "properties": {**one["properties"], **other["properties"]}}
    assert " Give id, or name and kind. One call carries out" in tool.description
    assert tool.plan is not None
    assert tool.plan.own.workflow.inputs["oneOf"] == inputs["oneOf"]


def arazzo(*workflows: Json, **sources: str) -> Json:
    """Return a description of workflows over the pets; `sources` are other descriptions, by their names."""
    others = [{"name": name, "url": url, "type": "arazzo"} for name, url in sources.items()]
    return {
        "arazzo": "1.0.1",
        "info": {"title": "Pets", "version": "1"},
        "sourceDescriptions": [{"name": "pets", "url": "./pets.json", "type": "openapi"}, *others],
        "workflows": list(workflows),
    }


def together(**files: Json) -> Toolset:
    """Return the tools of one API with the workflows of several files, by the files' names."""
    of = document(PATHS, components=SCHEMES)
    tools = generate(of, Selection(methods=ALL))
    placed = []
    for name, root in files.items():
        read_one = read(root, where=name)
        places = {each.name: f"/flows/{each.url.removeprefix('./')}" for each in read_one.sources}
        where = f"file:///flows/{name}.yaml"
        placed.append(Placed(document=read_one, where=where, place=f"/flows/{name}.yaml", places=places))
    return with_workflows(tools, placed, [served_api(tools, of, "/flows/pets.json")])


def steps_of(tool: Any) -> list[list[str]]:
    return [[step.id for step in part.workflow.steps] for part in tool.plan.parts]


def test_a_workflow_of_a_source_is_the_one_of_that_file() -> None:
    """Arazzo 1.0.1, 4.6.5: $sourceDescriptions.NAME.workflowId disambiguates; another of that id is not run."""
    calling = {"stepId": "call", "workflowId": "$sourceDescriptions.c.lend"}
    toolset = together(
        a=arazzo(workflow(calling, name="own"), workflow({**LIST, "stepId": "wrong"}, name="lend"), c="./c.yaml"),
        c=arazzo(workflow({**LIST, "stepId": "right"}, name="lend")),
    )
    assert reasons(toolset) == {}
    assert steps_of(toolset.by_name["own"]) == [["call"], ["right"]]
    own = [tool.name for tool in toolset.tools if tool.plan is not None]
    assert own[:2] == ["own", "lend"]
    assert own[2].startswith("lend_workflow")
    assert steps_of(toolset.by_name[own[2]]) == [["right"]]


def test_a_workflow_of_a_file_that_is_not_given_leaves_out_what_calls_it() -> None:
    """Our choice: another workflow of that id would be another chain of calls."""
    calling = {"stepId": "call", "workflowId": "$sourceDescriptions.c.lend"}
    needing = workflow(LIST, name="needing", dependsOn=["$sourceDescriptions.c.lend"])
    going = {**LIST, "onSuccess": [{"name": "on", "type": "goto", "workflowId": "$sourceDescriptions.c.lend"}]}
    own = arazzo(
        workflow(calling, name="own"), needing, workflow(going, name="going"), workflow(LIST, name="lend"), c="./c.yaml"
    )
    said = "it calls the workflow 'lend' of 'c', which is not given: give ./c.yaml with --workflow, too"
    assert reasons(together(a=own)) == {"own": said, "needing": said, "going": said}
    assert "not there" in reasons(together(a=own, c=arazzo(workflow(LIST, name="other"))))["own"]
    near = reasons(together(a=own, c=arazzo(workflow(LIST, name="Lend"))))["own"]
    assert near == "it calls the workflow 'lend' of 'c', which is not there, or left out itself; did you mean 'Lend'?"


def test_a_file_that_is_given_twice_is_served_once() -> None:
    """Our choice: the same workflow twice is no choice for a model."""
    of = document(PATHS, components=SCHEMES)
    tools = generate(of, Selection(methods=ALL))
    root = read(arazzo(workflow(LIST)), where="a.yaml")
    placed = [Placed(document=root, where="file:///a.yaml", place="/a.yaml")] * 2
    toolset = with_workflows(tools, placed, [served_api(tools, of, "/pets.json")])
    assert [tool.name for tool in toolset.tools if tool.plan is not None] == ["adopt"]
    assert "given twice" in reasons(toolset)["adopt"]


def test_the_place_of_a_source_counts_before_its_name() -> None:
    """Our choice: a URL is one document; a name is the author's word for it, and may be another API's here."""
    of = document(PATHS, components=SCHEMES)
    tools = generate(of, Selection(methods=ALL))
    named = served_api(replace(tools, tools=()), of, "/elsewhere.json", name="pets")
    placed_api = served_api(tools, of, "/flows/pets.json", name="shop")
    root = read(arazzo(workflow(LIST)), where="a.yaml")
    placed = [Placed(document=root, where="a.yaml", places={"pets": "/flows/pets.json"})]
    assert "adopt" in with_workflows(tools, placed, [named, placed_api]).by_name


def test_a_parameter_of_the_whole_workflow_goes_where_an_operation_takes_it() -> None:
    """Arazzo 1.0.1, 4.6.4: parameters are applicable for all steps; one that has no such is called without."""
    shared = [{"name": "name", "in": "query", "value": "Ana"}]
    toolset = served(workflow(LIST, ADD, parameters=shared))
    assert reasons(toolset) == {}
    plan = toolset.by_name["adopt"].plan
    assert plan is not None
    assert [[one.name for one in step.parameters] for step in plan.own.workflow.steps] == [["name"], []]
    (problem,) = toolset.problems
    assert "step 'add': the operation has no query parameter 'name', which is the workflow's" in problem.message
    assert problem.severity == "warning"
    own = {**ADD, "parameters": shared}
    assert "no query parameter 'name'" in reasons(served(workflow(LIST, own, parameters=shared)))["adopt"]


def test_an_inherited_parameter_that_a_called_workflow_does_not_take_is_not_given() -> None:
    """Arazzo 1.0.1, 4.6.5: a step's parameters are the inputs of the workflow that it calls."""
    shared = [{"name": "name", "in": "query", "value": "Ana"}]
    calling = {"stepId": "call", "workflowId": "other"}
    taking = {"type": "object", "properties": {"name": {"type": "string"}}}
    for inputs, names in ((taking, ["name"]), ({"type": "object", "properties": {}}, [])):
        toolset = served(workflow(LIST, calling, parameters=shared), workflow(LIST, name="other", inputs=inputs))
        plan = toolset.by_name["adopt"].plan
        assert plan is not None
        assert [one.name for one in plan.own.workflow.steps[1].parameters] == names


@pytest.mark.parametrize(
    ("given", "said", "hint"),
    [
        ({"nmae": "Ana"}, "the workflow 'other' has no input 'nmae'", "did you mean 'name'?"),
        ({"age": 3}, "the workflow 'other' needs the input 'name'", "give it as a parameter"),
        ({"name": "Ana", "age": "old"}, "'age' is \"old\", but must be integer", "correct 'age'"),
    ],
)
def test_a_call_that_another_workflow_would_refuse_each_time_leaves_it_out(given: Json, said: str, hint: str) -> None:
    """Our choice: the steps before it would have written for nothing; a default stands for what is not given."""
    taking = {"type": "object", "properties": {"name": {}, "kind": {"default": "cat"}, "age": {"type": "integer"}}}
    taking["required"] = ["name", "kind"]
    parameters = [{"name": name, "value": value} for name, value in given.items()]
    calling = {"stepId": "call", "workflowId": "other", "parameters": parameters}
    toolset = served(workflow(calling), workflow(LIST, name="other", inputs=taking))
    assert reasons(toolset) == {"adopt": f"step 'call': {said}"}
    assert [problem.hint for problem in toolset.problems] == [hint]


def test_a_misspelt_field_of_a_payload_is_warned_of_at_its_place() -> None:
    """Our choice: `check` shows the line of it; the workflow is served, as a body may have other fields."""
    body = {"type": "object", "properties": {"name": {"type": "string"}}}
    post = {"operationId": "pets_add", "requestBody": {"content": json_body(body)}, "responses": {}}
    of = document({"/pets": {"post": post}})
    tools = generate(of, Selection(methods=ALL))
    root = read(arazzo(workflow({**ADD, "requestBody": {"payload": {"nmae": "Ana"}}})), where="a.yaml")
    placed = [Placed(document=root, where="file:///a.yaml", place="/a.yaml")]
    (problem,) = with_workflows(tools, placed, [served_api(tools, of, "/pets.json")]).problems
    assert problem.pointer == "file:///a.yaml#/workflows/0/steps/0/requestBody/payload/nmae"
    assert problem.message == "the workflow 'adopt', step 'add': the operation's body has no field 'nmae' here"
    assert (problem.severity, problem.hint) == ("warning", "did you mean 'name'?")


def test_a_retry_of_a_write_that_never_acts_is_seen_before_it_runs() -> None:
    """Issue 11: a write of unknown outcome is never repeated; an author may think otherwise."""

    def warned(condition: str, step: Json) -> bool:
        action = {"name": "again", "type": "retry", "criteria": [{"condition": condition}]}
        toolset = served(workflow({**step, "onFailure": [action]}))
        return any("'again' repeats no write" in problem.message for problem in toolset.problems)

    assert warned("$statusCode == 503", ADD)
    assert warned("$statusCode >= 500", ADD)
    assert not warned("$statusCode == 429", ADD)
    assert not warned("$statusCode == 503 || $statusCode == 429", ADD)
    assert not warned("$statusCode == 503", LIST)


def test_inputs_of_several_plain_objects_are_one() -> None:
    """JSON Schema, 10.2.1.1: allOf; an author shares some inputs among workflows."""
    shared = {"type": "object", "properties": {"page": {"type": "integer"}}, "required": ["page"]}
    own = {"properties": {"name": {"type": "string"}, "page": {"minimum": 1}}}
    inputs = {"allOf": [{"$ref": "#/$defs/shared"}, own], "$defs": {"shared": shared}, "required": ["name"]}
    schema = served(workflow(LIST, inputs=inputs)).by_name["adopt"].input_schema
    assert schema["properties"] == {
        "page": {"allOf": [{"minimum": 1}, {"type": "integer"}]},
        "name": {"type": "string"},
    }
    assert sorted(schema["required"]) == ["name", "page"]
    circle = {"allOf": [{"$ref": "#/$defs/shared"}], "$defs": {"shared": {"allOf": [{"$ref": "#/$defs/shared"}]}}}
    assert "are no object" in reasons(served(workflow(LIST, inputs=circle)))["adopt"]


def test_outputs_have_a_schema_where_schemas_are_wanted() -> None:
    """Issue 11: outputs are the output schema; one that leads to nothing is null, and so nothing is required."""
    listing = {**LIST, "outputs": {"x": "$response.body#/0"}}
    reading = workflow(listing, outputs={"pet": "$steps.list.outputs.x"})
    toolset = served(reading, workflow(LIST, name="bare"), output_schemas=True)
    assert toolset.by_name["adopt"].output_schema == {"type": "object", "properties": {"pet": {}}}
    assert toolset.by_name["bare"].output_schema == {"type": "object"}
    assert served(reading).by_name["adopt"].output_schema is None


def test_a_workflow_that_cannot_be_read_is_skipped_with_the_reason() -> None:
    """Our choice: whoever looks for it finds why it is not there, as for one whose operation is not."""
    toolset = served(workflow({"stepId": "s"}), workflow(LIST, name="other"))
    assert reasons(toolset)["adopt"].startswith("step 's': the step has none of operationId")
    leading = served(workflow({"stepId": "s"}), workflow({"stepId": "s", "workflowId": "adopt"}, name="other"))
    assert "it leads to the workflow 'adopt'" in reasons(leading)["other"]
    assert sum(problem.severity == "error" for problem in leading.problems) == 2


def test_workflows_that_all_lead_to_each_other_are_served_as_far_as_is_bearable() -> None:
    """security.md: each plan has all that it leads to, so what 300 of them have together is bounded, and said."""
    end = {"name": "end", "type": "end", "criteria": [{"condition": "$statusCode == 204"}]}
    chain = [
        workflow(
            {**LIST, "onSuccess": [end]},
            *({"stepId": f"s{to}", "workflowId": f"w{(at + to) % 300}"} for to in (1, 2)),
            name=f"w{at}",
        )
        for at in range(300)
    ]
    toolset = served(*chain, workflow(LIST, name="alone"))
    plans = [tool.plan for tool in toolset.tools if tool.plan is not None]
    assert sum(len(plan.parts) for plan in plans) < MOST_PLANNED
    assert 0 < len(plans) < 300
    assert "alone" in toolset.by_name
    left_out = reasons(toolset)
    assert len(left_out) + len(plans) == 301
    assert all("more than 100,000 steps together" in reason for reason in left_out.values())
    assert any("more than 100,000 steps together" in each.message for each in toolset.problems)


@pytest.mark.parametrize(
    ("step", "tool", "message", "hint"),
    [
        (
            {"operationId": "pets.pets_list"},
            "pets_list",
            "no operation is called 'pets.pets_list', and it is taken for one of the source description 'pets'",
            "write $sourceDescriptions.pets.pets_list",
        ),
        (
            {"operationPath": "{$sourceDescriptions.pets.url}#/paths/~1pets~1{id}"},
            "pets_get",
            "the operationPath has no method, and GET, the only one of /pets/{id}, is taken",
            "write {$sourceDescriptions.pets.url}#/paths/~1pets~1{id}/get",
        ),
    ],
)
def test_what_can_mean_one_operation_alone_is_that_with_a_warning(
    step: Json, tool: str, message: str, hint: str
) -> None:
    """Our choice: examples of the OAI and many public descriptions write so, and other runners take it."""
    toolset = served(workflow({"stepId": "s", "parameters": [{"name": "id", "in": "path", "value": "7"}], **step}))
    if tool == "pets_list":
        toolset = served(workflow({"stepId": "s", **step}))
    plan = toolset.by_name["adopt"].plan
    assert plan is not None
    assert plan.tools[0].startswith(tool)
    (problem,) = [each for each in toolset.problems if each.pointer.startswith("file:///pets.arazzo.yaml")]
    assert problem.severity == "warning"
    assert problem.message.endswith(message)
    assert problem.hint == hint


def test_an_operation_that_has_such_an_id_is_the_one() -> None:
    """Arazzo 1.0.1, 4.6.5: an operationId is any text, "pets.get" among them."""
    got = {"stepId": "s", "operationId": "pets.get", "parameters": [{"name": "id", "in": "path", "value": "7"}]}
    toolset = served(workflow(got))
    assert "adopt" in toolset.by_name
    assert not toolset.problems


@pytest.mark.parametrize("methods", [ALL, frozenset({"GET"})])
def test_of_several_methods_of_a_path_none_is_guessed(methods: frozenset[str]) -> None:
    """Our choice: which of them is meant nobody knows, also where one of them is not served."""
    toolset = served(
        workflow({"stepId": "s", "operationPath": "{$sourceDescriptions.pets.url}#/paths/~1pets"}), methods=methods
    )
    assert "its operationPath names '/pets' without a method; it has GET, POST" in reasons(toolset)["adopt"]
    (problem,) = [each for each in toolset.problems if each.severity == "error"]
    assert problem.hint == "write {$sourceDescriptions.pets.url}#/paths/~1pets/get"


def test_a_path_that_only_writes_is_not_taken_without_its_method() -> None:
    """Our choice: a write is never guessed."""
    of = document({"/pets": {"post": PATHS["/pets"]["post"]}})
    tools = generate(of, Selection(methods=ALL))
    root = arazzo(workflow({"stepId": "s", "operationPath": "{$sourceDescriptions.pets.url}#/paths/~1pets"}))
    placed = Placed(document=read(root, where="a.yaml"), where="file:///a.yaml")
    toolset = with_workflows(tools, [placed], [served_api(tools, of, BASE_URL)])
    assert "without a method; it has POST" in reasons(toolset)["adopt"]


def test_a_workflow_of_another_description_may_be_named_with_a_word_between() -> None:
    """Our choice: `$sourceDescriptions.NAME.workflows.ID` is how descriptions of one runner have it."""
    calling = {"stepId": "call", "workflowId": "$sourceDescriptions.b.workflows.look"}
    toolset = together(a=arazzo(workflow(calling), b="./b.yaml"), b=arazzo(workflow(LIST, name="look")))
    assert steps_of(toolset.by_name["adopt"]) == [["call"], ["list"]]
    (problem,) = toolset.problems
    assert (problem.severity, problem.pointer) == ("warning", "file:///flows/a.yaml#/workflows/0/steps/0")
    assert problem.hint == "write $sourceDescriptions.b.look"
