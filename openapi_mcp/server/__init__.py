"""The MCP server over stdio and Streamable HTTP; the only room that imports the MCP SDK."""
