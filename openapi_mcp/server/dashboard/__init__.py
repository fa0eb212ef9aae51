"""The dashboard: what was called and how it went, and the tools, as web pages that are made here."""
