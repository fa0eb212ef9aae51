"""Source to Document: fetch, parse, resolve, upgrade, read."""
