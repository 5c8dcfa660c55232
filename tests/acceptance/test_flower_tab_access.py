"""Who may see and do what on the Failed tab, by how Flower was started."""

from pathlib import Path

import pytest
from tornado.web import create_signed_value

from inbox.admin.decisions import Decisions
from inbox.store.client import StoreClient
from tests.acceptance.tab import (
    ALL,
    BASIC,
    JSON,
    WRITES,
    failed_count,
    house_with_failed,
    running_tab,
)
from tests.engine import KEYS
from tests.integration.inbox.house import House


@pytest.fixture
def house(store: StoreClient) -> House:
    """A store of whose jobs some have failed."""
    return house_with_failed(store)


def test_read_only_shows_and_does_nothing(house: House, redis_url: str, tmp_path: Path) -> None:
    """With --read_only there are no buttons, every decision is refused, and no batch is run."""
    operations = Decisions(house.store, dedupe_window_seconds=3600)
    tasks = [row.task for row in operations.rows.of("failed")]
    # A Flower that may write continues with it as it starts, before it answers.
    batch = operations.batches.start("retry", tasks, who="eve", why="", what="all")
    with running_tab(tmp_path / "log", redis_url, FLOWER_READ_ONLY="true") as tab:
        for path in WRITES:
            assert tab.post(path, ALL).status == 403
        page = tab.get("/failed").body

        assert b"data-action" not in page
        assert b"crm_service_answered_422" in page
        assert tab.get("/failed/api/me").json["may_write"] is False
        found = operations.batches.get(batch)
        assert found is not None
        assert found.dealt == 0
        assert failed_count(house) == 5


def test_on_this_machine_it_works_without_a_login(
    house: House, redis_url: str, tmp_path: Path
) -> None:
    """On loopback the tab is there, but not under a foreign name that means 127.0.0.1."""
    local = {"FLOWER_ADDRESS": "127.0.0.1", "FLOWER_BASIC_AUTH": ""}
    with running_tab(tmp_path / "log", redis_url, **local) as tab:
        foreign = {"Host": "evil.example.test", "Origin": "http://evil.example.test"}
        assert tab.flower.ask("GET", "/failed", b"", **foreign).status == 403
        assert tab.post("/failed/api/decide", ALL, **foreign).status == 403
        assert tab.flower.ask("GET", "/failed").status == 200
        assert failed_count(house) == 5

        answer = tab.flower.ask(
            "POST", "/failed/api/decide", b'{"action":"retry","filter":{}}', **JSON
        )

        tab.ended(answer.json["batch"])
        assert failed_count(house) == 0
        who = tab.get("/failed/api/record").json["record"][-1]["who"]
        assert who == "flower, without a login"


def test_an_open_api_of_flowers_does_not_open_the_tab(
    house: House, redis_url: str, tmp_path: Path
) -> None:
    """Flower's own switch lets any site read and write its API; ours stays shut to them."""
    with running_tab(
        tmp_path / "log", redis_url, FLOWER_ADDRESS="127.0.0.1", FLOWER_BASIC_AUTH="",
        FLOWER_UNAUTHENTICATED_API="true",
    ) as tab:  # fmt: skip
        for path in ("/failed", "/failed/api/jobs"):
            assert "access-control-allow-origin" not in tab.flower.ask("GET", path).headers
        foreign = {"Origin": "https://evil.example.test"}
        assert tab.post("/failed/api/decide", ALL, **foreign).status == 403
        asked = tab.flower.ask("OPTIONS", "/failed/api/decide", b"", **foreign)
        assert "access-control-allow-origin" not in asked.headers
        assert failed_count(house) == 5


def test_under_oauth_the_token_is_wanted(house: House, redis_url: str, tmp_path: Path) -> None:
    """With OAuth's cookie alone nothing is done; the record names the e-mail address."""
    secret = "insecure-cookie-secret-for-a-test"
    with running_tab(
        tmp_path / "log", redis_url, FLOWER_BASIC_AUTH="", FLOWER_COOKIE_SECRET=secret,
        FLOWER_AUTH=".*@example.test",
        FLOWER_AUTH_PROVIDER="flower.views.auth.GoogleAuth2LoginHandler",
        FLOWER_OAUTH2_KEY="key", FLOWER_OAUTH2_SECRET="insecure",
        FLOWER_OAUTH2_REDIRECT_URI="http://127.0.0.1/login",
    ) as tab:  # fmt: skip

        def ask(method: str, path: str, user: str, **headers: str) -> int:
            cookie = create_signed_value(secret, "user", user).decode()
            given = {"Cookie": f"user={cookie}; _xsrf=abc", **JSON, **headers}
            body = b'{"action":"retry","filter":{}}' if method == "POST" else b""
            return tab.flower.ask(method, path, body, **given).status

        decide, mine = "/failed/api/decide", "grace@example.test"
        assert tab.flower.ask("GET", "/failed").status == 302
        assert tab.flower.ask("GET", "/failed/api/jobs").status == 401
        assert ask("GET", "/failed", "eve@evil.test") == 302
        assert ask("GET", "/failed", mine) == 200
        assert ask("POST", decide, mine) == 403
        assert ask("POST", decide, mine, **{"X-XSRFToken": "wrong"}) == 403
        assert ask("POST", decide, "eve@evil.test", **{"X-XSRFToken": "abc"}) == 401
        foreign = {"X-XSRFToken": "abc", "Sec-Fetch-Site": "cross-site"}
        assert ask("POST", decide, mine, **foreign) == 403
        assert failed_count(house) == 5

        assert ask("POST", decide, mine, **{"X-XSRFToken": "abc"}) == 202

    entry = house.store.xrange(KEYS.audit)[0][1]
    assert entry[b"who"].decode() == mine


def test_bodies_are_for_those_who_are_named(house: House, redis_url: str, tmp_path: Path) -> None:
    """A body is shown to no one, or to FLOWER_SHOW_BODIES, without what is personal."""
    body = b'{"type":"customer.deleted","data":{"customer":{"id":"cust_1","name":"Ada Quill"}}}'
    job = house.failed(body)
    shown = {}
    for name in ("eve", "ada"):
        with running_tab(tmp_path / name, redis_url, FLOWER_SHOW_BODIES=name) as tab:
            shown[name] = tab.get(f"/failed/job/{job}", **BASIC).body

    assert b"cust_1" not in shown["eve"]
    assert b"not shown to you" in shown["eve"]
    assert b"cust_1" in shown["ada"]
    assert b"Quill" not in shown["ada"]
