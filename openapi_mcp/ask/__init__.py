"""A reasoning loop over our own tools: reason, call, append; on models of several providers, which may fail."""
