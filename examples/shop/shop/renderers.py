"""Answers that are not JSON."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from rest_framework.renderers import BaseRenderer


class PngRenderer(BaseRenderer):
    """Bytes that are a PNG image already."""

    media_type = "image/png"
    format = "png"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: bytes,
        accepted_media_type: str | None = None,
        renderer_context: Any = None,
    ) -> bytes:
        """Return the image as it is."""
        return data


class CsvRenderer(BaseRenderer):
    """A table as RFC 4180 has it, the first row naming the columns."""

    media_type = "text/csv"
    format = "csv"

    def render(
        self,
        data: Iterable[Sequence[Any]],
        accepted_media_type: str | None = None,
        renderer_context: Any = None,
    ) -> bytes:
        """Return the rows as CSV."""
        text = io.StringIO()
        csv.writer(text).writerows(data)
        return text.getvalue().encode()
