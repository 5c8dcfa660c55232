"""Metadata schemas, after Voucherify's API reference, "Metadata schemas"."""

from typing import Any

from flask import Blueprint

from sandbox.clock import stamp
from sandbox.voucherify.data.errors import not_found
from sandbox.world import Answer, World, locked


blueprint = Blueprint("metadata", __name__, url_prefix="/metadata-schemas")


@blueprint.get("")
@locked
def list_schemas(sandbox: World) -> Answer:
    """List metadata schemas: the one of customers."""
    data = [_schema(sandbox)]
    return {"object": "list", "data_ref": "data", "data": data, "total": 1}


@blueprint.get("/<resource>")
@locked
def get_schema(sandbox: World, resource: str) -> Answer:
    """Get metadata schema, by the kind of the resource."""
    if resource != "customer":
        raise not_found("metadata schema", resource)
    return _schema(sandbox)


def _schema(sandbox: World) -> dict[str, Any]:
    defined = sandbox.options.defined_metadata
    return {
        "id": "ms_perkhookSandbox",
        "related_object": "customer",
        "properties": {
            name: {"type": "string", "array": False, "optional": True, "objectType": None}
            for name in defined or ()
        },
        "allow_defined_only": defined is not None,
        "created_at": stamp(sandbox.started_at),
        "updated_at": None,
        "object": "metadata_schema",
    }
