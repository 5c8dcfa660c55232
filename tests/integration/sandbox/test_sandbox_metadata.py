from typing import Any

import httpx2
import pytest

from sandbox.inprocess import InProcess


@pytest.fixture
def customer(shop: InProcess) -> str:
    """A customer with metadata."""
    body = {"source_id": "mira", "metadata": {"size": "M", "colour": "red"}}
    return str(shop.call("POST", "/customers", body)["id"])


def put(shop: InProcess, customer: str, **metadata: Any) -> httpx2.Response:
    """Update a customer's metadata by the API."""
    with shop.client() as client:
        return client.put(f"/v1/customers/{customer}", json={"metadata": metadata})


@pytest.mark.parametrize("key", ["invalid_customer", "invalid_payload", None])
def test_undefined_metadata_is_refused(shop: InProcess, customer: str, key: str | None) -> None:
    """The project allows only what is defined; that is no violation of the specification."""
    shop.call("PUT", "/options", {"defined_metadata": ["size"], "undefined_metadata_key": key})
    refused = put(shop, customer, size="L", mark="x")
    assert (refused.status_code, refused.json().get("key")) == (400, key)
    assert "mark" in refused.json()["details"]
    shown = put(shop, customer, size="L").json()["metadata"]
    assert shown == {"size": "L", "colour": "red"}
    assert shop.violations() == []
    shop.call("PUT", "/options", {"defined_metadata": None})
    assert put(shop, customer, mark="x").status_code == 200


@pytest.mark.parametrize(
    ("how", "left"),
    [("merge", {"size": "L", "colour": "red"}), ("replace", {"size": "L"})],
)
def test_metadata_is_merged_or_replaced(
    shop: InProcess, customer: str, how: str, left: dict[str, str]
) -> None:
    """Which of both the real service does with a customer no page says."""
    shop.call("PUT", "/options", {"metadata_put": how})
    assert put(shop, customer, size="L").json()["metadata"] == left
    with shop.client() as client:
        client.put(f"/v1/customers/{customer}", json={"name": "Mira"})
        assert client.get(f"/v1/customers/{customer}").json()["metadata"] == left
    with pytest.raises(ValueError, match="merge or replace"):
        shop.call("PUT", "/options", {"metadata_put": "guess"})


def test_the_schema_says_what_is_defined(shop: InProcess) -> None:
    """A caller can ask beforehand whether its property will be refused."""
    with shop.client() as client:
        assert client.get("/v1/metadata-schemas/customer").json()["allow_defined_only"] is False
        shop.call("PUT", "/options", {"defined_metadata": ["size"]})
        [schema] = client.get("/v1/metadata-schemas").json()["data"]
        assert client.get("/v1/metadata-schemas/reward").status_code == 404
    assert schema["allow_defined_only"] is True
    assert list(schema["properties"]) == ["size"]
