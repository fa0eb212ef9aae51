"""What makes the parts of docs/ that no person writes: reference pages, pictures and screenshots; and checks links."""
