"""Failed calls: what went wrong, and (in later versions) how to mend it."""
