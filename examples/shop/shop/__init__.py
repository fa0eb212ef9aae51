"""A small shop: customers, products and orders behind a REST API."""
