"""What is told of a running server: spans of what it does, for whoever collects them."""
