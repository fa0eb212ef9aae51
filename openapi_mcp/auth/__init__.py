"""Security schemes and configured credentials: which credential goes where, and only there."""
