"""The steps that make the tables, and bring those of an older program up to date."""
