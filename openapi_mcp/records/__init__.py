"""What was called, when, by whom, and how it went: written behind the calls, read by `history`, `stats`, dashboard."""
