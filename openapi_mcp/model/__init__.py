"""The words of the field as frozen dataclasses: what flows between the rooms."""
