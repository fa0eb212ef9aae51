"""What a refusing answer says: which field, which rule, when to call again."""
