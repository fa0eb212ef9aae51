"""Commands that `manage.py` offers for the shop."""
