"""Document to Toolset: select, name, fit schemas, describe."""
