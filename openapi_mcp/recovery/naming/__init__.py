"""Names of arguments: which declared one a name stands for."""
