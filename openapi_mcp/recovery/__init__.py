"""Failed calls: what a refusing answer means, and what to do about it."""
