"""The tool that reads on where an answer was cut, and the argument that selects a part of one, as they are listed."""

from openapi_mcp.model.tool import WireTool

READ_RESULT = "read_result"
SELECT = "_select"
SELECT_SCHEMA = {"type": "string", "description": "JMESPath: only this part of the answer."}
READ_RESULT_TOOL: WireTool = {
    "name": READ_RESULT,
    "description": "More of a cut result. offset and limit count items, fields or characters.",
    "inputSchema": {
        "type": "object",
        "properties": {
            "handle": {"type": "string"},
            "select": {"type": "string", "description": "JMESPath"},
            "offset": {"type": "integer", "minimum": 0},
            "limit": {"type": "integer", "minimum": 1},
        },
        "required": ["handle"],
    },
    "annotations": {"readOnlyHint": True, "destructiveHint": False, "idempotentHint": True, "openWorldHint": False},
}
