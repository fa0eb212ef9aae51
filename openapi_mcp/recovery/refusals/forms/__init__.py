"""The forms in which frameworks say what is wrong with a request: one module for each group of them."""
