"""The strategies: one module each, with one way to repair a fault."""
