from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.integration.sandbox.kit import Api


def violations(client: FlaskClient) -> Any:
    """List the calls that the specification does not allow."""
    return client.get("/sandbox/violations").json


@pytest.fixture
def names(scene: Any) -> dict[str, str]:
    """What the paths below name."""
    referee = scene["referees"][0]
    return {
        "card": referee["card"]["id"],
        "code": scene["code"]["code"],
        "customer": referee["customer"],
        "redemption": referee["redemption"],
    }


ALLOWED: list[tuple[str, str, Any]] = [
    ("GET", "/vouchers/{card}", None),
    ("GET", "/vouchers/{card}/transactions?limit=100&order=-id&starting_after_id=vtx_1", None),
    ("POST", "/vouchers/{card}/balance", {"amount": -5, "source_id": "a", "reason": "b"}),
    ("POST", "/vouchers/{card}/disable", None),
    ("POST", "/vouchers/{card}/enable", None),
    ("GET", "/customers/{customer}", None),
    ("PUT", "/customers/{customer}", {"metadata": {"former_referee": True}, "phone": "+1"}),
    ("GET", "/customers/{customer}/redeemables?filters[holder_role][conditions][$is]=OWNER", None),
    ("GET", "/customers/{customer}/activity?type=customer.rewarded&category=EFFECT", None),
    ("GET", "/referrals/members/{code}/holders?[filters][customer_id][conditions][$is]=x", None),
    ("POST", "/referrals/members/{code}/holders", {"holders": [{"source_id": "new"}]}),
    ("POST", "/redemptions/{redemption}/rollback", {"reason": "removed"}),
]


@pytest.mark.parametrize(("method", "path", "body"), ALLOWED)
def test_what_is_specified_is_no_violation(
    *, api: Api, client: FlaskClient, names: dict[str, str], method: str, path: str, body: Any
) -> None:
    """A call of the specified form is answered, and nothing is noted."""
    options = {} if body is None else {"json": body}
    assert api.call(method, path.format(**names), **options).status_code == 200
    assert violations(client) == []


REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    ("GET", "/vouchers/{card}?expand=all", {}, "query"),
    ("GET", "/vouchers/{card}/transactions?page=2", {}, "query"),
    ("GET", "/vouchers/{card}/transactions?limit=1000", {}, "query"),
    ("GET", "/vouchers/{card}", {"json": {}}, "body"),
    ("POST", "/vouchers/{card}/disable", {"json": {}}, "body"),
    ("POST", "/vouchers/{card}/enable", {"data": " "}, "body"),
    ("POST", "/vouchers/{card}/balance", {}, "body"),
    ("POST", "/vouchers/{card}/balance", {"data": '{"amount":1}'}, "body"),
    ("POST", "/vouchers/{card}/balance", {"json": {"reason": "x"}}, "body"),
    ("POST", "/vouchers/{card}/balance", {"json": {"amount": 1, "source_id": None}}, "body"),
    ("POST", "/vouchers/{card}/balance", {"json": {"amount": 1, "force": True}}, "body"),
    ("PUT", "/customers/{customer}", {"json": {"former_referee": True}}, "body"),
    ("PUT", "/customers/{customer}", {"json": {"metadata": [1]}}, "body"),
    ("GET", "/customers/{customer}/activity?since=1", {}, "query"),
    ("GET", "/customers/{customer}/activity?type=customer.holder.assignment.deleted", {}, "query"),
    ("GET", "/referrals/members/{code}/holders?filters[shoe][conditions][$is]=1", {}, "query"),
    ("POST", "/redemptions/{redemption}/rollback", {"json": {"why": "x"}}, "body"),
    ("POST", "/redemptions/{redemption}/rollback", {"json": {"reason": 3}}, "body"),
]


@pytest.mark.parametrize(("method", "path", "options", "rule"), REFUSED)
def test_what_is_not_specified_is_refused_and_noted(
    *,
    api: Api,
    client: FlaskClient,
    names: dict[str, str],
    method: str,
    path: str,
    options: dict[str, Any],
    rule: str,
) -> None:
    """A call of another form is a 400, has no effect, and can be read of afterwards."""
    answer = api.call(method, path.format(**names), **options)
    assert answer.status_code == 400
    [noted] = violations(client)
    assert (noted["rule"], noted["method"], noted["status"]) == (rule, method, 400)
    assert noted["path"] in f"/v1{path.format(**names)}"
    card = api.call("GET", f"/vouchers/{names['card']}").json
    assert card is not None
    assert card["gift"]["balance"] == 1500


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/events"),
        ("DELETE", "/vouchers/{card}"),
        ("POST", "/vouchers/{card}"),
        ("PATCH", "/customers/{customer}"),
        ("POST", "/loyalties/members/{card}/transfers"),
    ],
)
def test_an_unknown_endpoint_is_noted(
    api: Api, client: FlaskClient, names: dict[str, str], method: str, path: str
) -> None:
    """Another method or path than those served is 404 and noted."""
    assert api.call(method, path.format(**names)).status_code == 404
    assert [each["rule"] for each in violations(client)] == ["path"]


def test_missing_keys_are_noted(client: FlaskClient, names: dict[str, str]) -> None:
    """A call without keys is a violation."""
    client.get(f"/v1/vouchers/{names['card']}")
    assert [each["rule"] for each in violations(client)] == ["keys"]


def test_a_thing_that_is_missing_is_no_violation(api: Api, client: FlaskClient) -> None:
    """A 404 is an answer to a well-formed call."""
    assert api.call("POST", "/vouchers/none/disable").status_code == 404
    assert violations(client) == []


def test_violations_can_be_selected(api: Api, client: FlaskClient, names: dict[str, str]) -> None:
    """One rule can be asked for, and a reset forgets all."""
    api.call("GET", f"/vouchers/{names['card']}?a=1")
    api.call("GET", "/nothing")
    found = client.get("/sandbox/violations?rule=query").json
    assert found is not None
    assert len(found) == 1
    client.post("/sandbox/reset")
    assert violations(client) == []


def test_removed_holders_are_counted(api: Api, client: FlaskClient, scene: Any) -> None:
    """Only calls to the API count: what a person does at the dashboard is not the product's."""
    code, referees = scene["code"]["code"], scene["referees"]
    client.post("/sandbox/unassign", json={"holder": referees[0]["holder"]})
    api.call("DELETE", f"/referrals/members/{code}/holders/{referees[1]['holder']}")
    state = client.get("/sandbox/state?part=product_deleted_holders").json
    assert state == {"product_deleted_holders": 1}
