"""The programs that start us: where each keeps its servers, in which form, and what it does with them."""
