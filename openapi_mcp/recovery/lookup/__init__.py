"""From words to ids: which lists to ask, what in their answers is called so, and whether that is the only one."""
