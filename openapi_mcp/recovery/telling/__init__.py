"""What a caller is told of a call that could not be repaired."""
