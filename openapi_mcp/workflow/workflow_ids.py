"""The ids of workflows: whether what one names is there."""

from openapi_mcp.workflow.faults import WorkflowError
from openapi_mcp.workflow.fields import quoted
from openapi_mcp.workflow.findings import Findings
from openapi_mcp.workflow.scope import Document
from openapi_mcp.workflow.targets import by_id


def is_workflow_known(text: str, pointer: str, document: Document, findings: Findings) -> bool:
    """True for a workflow of this document, or one that a source description of type arazzo may have."""
    try:
        target = by_id(text)
    except WorkflowError as error:
        findings.refused(pointer, error)
        return False
    if target.source and document.sources.get(target.source) == "openapi":
        said = f"the source description {quoted(target.source)} is OpenAPI, which has no workflows"
        findings.error(pointer, said, "name one of type arazzo")
    elif target.source and target.source not in document.sources:
        hint = findings.meant(target.source, document.sources, "correct the name")
        findings.error(pointer, f"there is no source description {quoted(target.source)}", hint)
    elif not target.source and target.id not in document.workflows:
        hint = findings.meant(target.id, document.workflows, "correct the workflowId")
        findings.error(pointer, f"there is no workflow {quoted(target.id)}", hint)
    else:
        return True
    return False
