"""The details of a thought as OpenRouter streams them, put together so that they can go back as they were."""

from typing import Any

NAME = "reasoning_details"
_IN_PIECES = ("text", "summary", "data")


class Details:
    """Collects `reasoning_details` of the chunks of one answer: pieces of one have its type and its index."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], dict[str, Any]] = {}

    def add(self, said: Any) -> None:
        """Take what a chunk says, as far as it has the form of details."""
        for place, each in enumerate(said if isinstance(said, list) else ()):
            if not isinstance(each, dict) or not isinstance(each.get("type"), str):
                continue
            index = each.get("index")
            kept = self._known.setdefault((each["type"], index if isinstance(index, int) else place), {})
            for name, value in each.items():
                if name in _IN_PIECES and isinstance(value, str):
                    kept.setdefault(name, []).append(value)  # joined at the end, once
                elif name not in _IN_PIECES and (value is not None or name not in kept):
                    kept[name] = value

    def whole(self) -> list[dict[str, Any]]:
        """Return the details, in the order in which they began."""
        return [
            {name: "".join(value) if name in _IN_PIECES else value for name, value in each.items()}
            for each in self._known.values()
        ]
