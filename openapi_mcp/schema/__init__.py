"""A JSON Schema held against a value: what arguments and answers share."""
