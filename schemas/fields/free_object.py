from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError

from schemas.fields.base import Declared


class FreeObject(Declared[Mapping[str, Any]]):
    """An object whose names the shop chooses, such as `metadata`: kept, read-only."""

    def read(self, value: Any) -> Mapping[str, Any]:
        """Read an object of any content."""
        if not isinstance(value, Mapping):
            raise ValidationError("is not an object")
        return MappingProxyType(value)
