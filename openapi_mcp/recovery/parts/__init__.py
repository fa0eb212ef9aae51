"""What arguments contain of each other: each module knows one form of it."""
