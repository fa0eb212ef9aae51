"""The life of one call; the only room that sends anything upstream."""
