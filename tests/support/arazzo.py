"""Arazzo descriptions of a library that lends books: our own examples of each object of the specification."""

from typing import Any

from openapi_mcp.loader.parse import parse

BORROWING = """
arazzo: 1.0.1
info:
  title: Borrow a book
  summary: From a title to a loan
  description: |
    Finds a book, reserves a copy of it and lends it.
  version: 2.1.0
sourceDescriptions:
- name: library
  url: ./library.yaml
  type: openapi
- name: members
  url: https://members.example/arazzo.json
  type: arazzo
workflows:
- workflowId: signIn
  summary: Sign in
  description: A session for a member.
  inputs:
    type: object
    required: [member, pin]
    properties:
      member: {type: string}
      pin: {type: string, format: password}
  steps:
  - stepId: open
    description: Opens a session.
    operationId: $sourceDescriptions.library.openSession
    parameters:
    - name: member
      in: query
      value: $inputs.member
    - name: X-Pin
      in: header
      value: $inputs.pin
    successCriteria:
    - condition: $statusCode == 200
    outputs:
      expires: $response.header.X-Expires
      left: $response.header.X-Calls-Left
      session: $response.body#/session
  outputs:
    session: $steps.open.outputs.session
- workflowId: borrow
  summary: Borrow a book by its title
  inputs:
    $ref: '#/components/inputs/wish'
  dependsOn: [signIn, $sourceDescriptions.members.confirm]
  parameters:
  - name: Authorization
    in: header
    value: Bearer {$workflows.signIn.outputs.session}
  - reference: $components.parameters.branch
  successActions:
  - reference: $components.successActions.stopWhenTold
  failureActions:
  - reference: $components.failureActions.signInAgain
  - name: waitForTheShelf
    type: retry
    retryAfter: 0.5
    retryLimit: 5
    criteria:
    - condition: $statusCode == 503
  steps:
  - stepId: search
    operationPath: '{$sourceDescriptions.library.url}#/paths/~1books~1search/get'
    parameters:
    - name: title
      in: query
      value: $inputs.title
    - reference: $components.parameters.branch
      value: 7
    successCriteria:
    - condition: $statusCode == 200
    - context: $response.body
      condition: $[?count(@.copies) > 0]
      type: jsonpath
    - context: $response.header.Content-Type
      condition: ^application/json
      type: regex
    onSuccess:
    - name: lend
      type: goto
      stepId: lend
      criteria:
      - context: $response.body
        condition: $[?@.free == true]
        type:
          type: jsonpath
          version: draft-goessner-dispatch-jsonpath-00
    - name: reserve
      type: goto
      stepId: reserve
    outputs:
      book: $response.body#/0/id
      copies: $response.body#/0/copies
  - stepId: reserve
    operationId: $sourceDescriptions.library.reserve
    parameters:
    - name: book
      in: path
      value: $steps.search.outputs.book
    - name: seen
      in: cookie
      value: 'yes'
    requestBody:
      contentType: application/json
      payload:
        copy: $steps.search.outputs.copies#/0
        note: for {$inputs.title}
        until: null
      replacements:
      - target: /until
        value: $inputs.until
      - target: /note
        value: a note
    onFailure:
    - name: waitForTheShelf
      type: end
    - name: elsewhere
      type: goto
      workflowId: signIn
  - stepId: lend
    workflowId: $sourceDescriptions.members.lend
    parameters:
    - name: book
      value: $steps.search.outputs.book
    outputs:
      loan: $outputs.loan
    onSuccess:
    - reference: $components.successActions.stopWhenTold
  outputs:
    book: $steps.search.outputs.book
    loan: $steps.lend.outputs.loan
components:
  inputs:
    wish:
      type: object
      required: [title]
      properties:
        title: {type: string}
        until: {$ref: '#/components/inputs/day'}
    day: {type: string, format: date}
  parameters:
    branch: {name: branch, in: query, value: 1}
  successActions:
    stopWhenTold:
      name: stop
      type: end
      criteria:
      - condition: $response.header.X-Stop == true
  failureActions:
    signInAgain:
      name: signInAgain
      type: retry
      retryAfter: 1
      retryLimit: 2
      workflowId: signIn
      criteria:
      - condition: $statusCode == 401
"""


def borrowing() -> Any:
    """Return a description with every object of the specification, as a JSON value of its own."""
    return parse(BORROWING.encode(), where="borrowing.yaml")


def described(*workflows: Any, **fields: Any) -> dict[str, Any]:
    """Return a description of workflows over one API, "shop"."""
    return {
        "arazzo": "1.0.1",
        "info": {"title": "T", "version": "1"},
        "sourceDescriptions": [{"name": "shop", "url": "./shop.yaml", "type": "openapi"}],
        "workflows": list(workflows),
        **fields,
    }


def workflow(*steps: Any, **fields: Any) -> dict[str, Any]:
    """Return a workflow "w" of steps."""
    return {"workflowId": "w", "steps": list(steps), **fields}


def step(step_id: str = "s", **fields: Any) -> dict[str, Any]:
    """Return a step; it calls the operation "op" where nothing else is said."""
    called = {} if fields.keys() & {"operationId", "operationPath", "workflowId"} else {"operationId": "op"}
    return {"stepId": step_id, **called, **fields}
