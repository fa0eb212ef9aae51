"""HttpResponse to Result: decode the body, shape it to the budget."""
