"""Errors as the API answers them: always JSON, whatever the view produces when it succeeds."""

from typing import Any

from django.db.models import ProtectedError
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler


class Conflict(APIException):
    """409: the request is valid, but the record's present state does not allow it."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "The record's present state does not allow this."
    default_code = "conflict"


def answer_error(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Return the JSON answer for an exception, or None when it is a bug and shall surface as a 500."""
    request = context["request"]
    request.accepted_renderer, request.accepted_media_type = (
        JSONRenderer(),
        JSONRenderer.media_type,
    )
    if isinstance(exc, ProtectedError):
        exc = Conflict("Orders refer to this record; delete them first.")
    return exception_handler(exc, context)
