from typing import Any

import pytest
from flask.testing import FlaskClient

from sandbox.settings import SandboxSettings
from tests.integration.sandbox.kit import Api, Target, signed, until


def live(client: FlaskClient) -> str:
    """Return the part of the page that is redrawn."""
    answer = client.get("/sandbox/page").json
    assert answer is not None
    return str(answer["html"])


def test_the_page_explains_itself(client: FlaskClient, scene: Any) -> None:
    """A newcomer sees the title, who referred each referee, and a labelled button for each."""
    page = client.get("/").text
    assert "<h1>perkhook sandbox</h1>" in page
    assert scene["referrer"]["name"] in page
    assert scene["code"]["code"] in page
    for referee in scene["referees"]:
        assert f'aria-label="Unassign {referee["name"]}"' in page
    assert 'aria-live="polite"' in page


@pytest.mark.parametrize("name", ["page.js", "page.css"])
def test_script_and_style_are_served(client: FlaskClient, name: str) -> None:
    """The page loads nothing from elsewhere."""
    assert f"/static/{name}" in client.get("/").text
    with client.get(f"/static/{name}") as answer:
        assert answer.status_code == 200
        assert "//" not in answer.get_data(as_text=True).replace("// ", "")


def test_the_page_follows_a_take_back(
    api: Api, client: FlaskClient, settings: SandboxSettings, scene: Any, target: Target
) -> None:
    """Unassigned, taken back, noted in the CRM: each step can be seen."""
    referee = scene["referees"][0]
    assert live(client).count(">Assigned<") == 3
    client.post("/sandbox/unassign", json={"holder": referee["holder"]})
    assert ">Unassigned<" in live(client)
    until(lambda: "Delivered, 202" in live(client))
    assert target.received
    path = f"/vouchers/{referee['card']['code']}/balance"
    api.call("POST", path, json={"amount": -500, "source_id": "a:1"})
    assert "Taken back: 5.00" in live(client)
    note = {"customer_id": referee["customer"], "note": "No longer a referee"}
    client.post("/crm/events", **signed(settings.crm_secret, note))
    assert "No longer a referee" in live(client)
    api.call("POST", path, json={"amount": 500, "source_id": "a:1:undo"})
    assert ">Unassigned<" in live(client)


def test_names_are_escaped(client: FlaskClient, settings: SandboxSettings) -> None:
    """What comes from outside is text, not markup."""
    note = {"customer_id": "<script>", "note": "<b>bold</b>"}
    client.post("/crm/events", **signed(settings.crm_secret, note))
    assert "<script>" not in live(client)
    assert "&lt;b&gt;bold" in live(client)


def test_a_crowd_is_cut_short(client: FlaskClient) -> None:
    """Of very many referees the page shows the first fifty and counts the rest."""
    client.post("/sandbox/scenario", json={"referees": 60})
    assert live(client).count("<button") == 50
    assert "And 10 more" in live(client)


def test_an_empty_sandbox_says_so(client: FlaskClient) -> None:
    """After a reset the page is still a page."""
    assert "No referrals yet." in client.get("/").text
    assert client.get("/nowhere").status_code == 404
