"""What a call to the sandbox's own endpoints says."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias

from flask import request

from sandbox.voucherify.data.errors import invalid_payload
from sandbox.world import Answer, World, locked


P = ParamSpec("P")

#: The JSON object that was sent.
Fields: TypeAlias = dict[str, Any]


def steers(view: Callable[Concatenate[World, Fields, P], Answer]) -> Callable[P, Answer]:
    """Pass an endpoint the world, locked, and the JSON object that was sent; no body is empty."""
    alone = locked(view)

    @wraps(view)
    def reading(*args: P.args, **kwargs: P.kwargs) -> Answer:
        value = request.get_json(silent=True) if request.content_length else {}
        if not isinstance(value, dict):
            raise invalid_payload("Body must be a JSON object")
        return alone(value, *args, **kwargs)

    return reading
