"""
Which metadata a customer may have, after Voucherify's guide "Metadata" and "Metadata schemas".

"Allow only defined metadata" refuses a call with any other property. Whether "Update customer"
merges metadata key by key is not said: it says that parameters which are not sent stay as they
are, and metadata is one parameter. Of the members of a loyalty program it is said, and merged.
"""

from typing import Any

from flask import Blueprint

from sandbox.clock import stamp
from sandbox.voucherify.data.errors import ApiError, not_found
from sandbox.voucherify.data.store import Store
from sandbox.world import Answer, World, world


blueprint = Blueprint("metadata", __name__, url_prefix="/metadata-schemas")


def check(store: Store, metadata: dict[str, Any]) -> None:
    """Refuse metadata that is not defined, if the project's settings say so."""
    defined = store.options.defined_metadata
    unknown = [] if defined is None else sorted(set(metadata) - set(defined))
    if unknown:
        raise ApiError(
            400,
            store.options.undefined_metadata_key,
            "Metadata is invalid",
            f"Properties {', '.join(unknown)} are not defined in the metadata schema",
            breaks_a_rule=False,
        )


def put(store: Store, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Say what a customer's metadata is after an update."""
    check(store, new)
    return {**old, **new} if store.options.metadata_put == "merge" else dict(new)


@blueprint.get("")
def list_schemas() -> Answer:
    """List metadata schemas: the one of customers."""
    sandbox = world()
    with sandbox.lock:
        data = [_schema(sandbox)]
    return {"object": "list", "data_ref": "data", "data": data, "total": 1}


@blueprint.get("/<resource>")
def get_schema(resource: str) -> Answer:
    """Get metadata schema, by the kind of the resource."""
    if resource != "customer":
        raise not_found("metadata schema", resource)
    sandbox = world()
    with sandbox.lock:
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
