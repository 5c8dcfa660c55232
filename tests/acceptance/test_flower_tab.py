"""The Failed tab of the real Flower: who may do what on it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from redis import Redis
from tornado.web import create_signed_value

from inbox.operations import Operations
from tests.acceptance.tab import BASIC, JSON, Tab, failed_count, make_house, running_tab
from tests.integration.inbox.house import House
from tests.integration.inbox.many import fail_many


PAGES = ("/failed", "/failed/history", "/failed/job/{job}")
READS = (
    "/failed/api/me",
    "/failed/api/counts",
    "/failed/api/jobs",
    "/failed/api/record",
    "/failed/api/job/{job}",
    "/failed/api/batch/0123456789abcdef",
)
WRITES = (
    "/failed/api/preview",
    "/failed/api/decide",
    "/failed/api/batch/0123456789abcdef/stop",
)
ALL = {"action": "retry", "filter": {}}


@pytest.fixture
def house(store: Redis) -> House:
    """A store of whose jobs some have failed."""
    house = make_house(store)
    fail_many(house, 5)
    house.tick()
    return house


@pytest.fixture
def tab(house: House, redis_url: str, tmp_path: Path) -> Iterator[Tab]:
    """Flower with a login on that store."""
    with running_tab(tmp_path / "log", redis_url) as tab:
        yield tab
        assert house.store.ping()
        assert "sesame" not in tab.flower.output
        assert "Traceback" not in tab.flower.output


def test_nothing_is_shown_or_done_without_the_login(tab: Tab, house: House) -> None:
    """Every address of ours wants it, to read and to write; files of ours hold no data."""
    job = house.store.zrange("perkhook:failed", 0, 0)[0].decode()
    for path in PAGES + READS:
        assert tab.flower.ask("GET", path.format(job=job)).status == 401, path
    for path in WRITES:
        assert tab.flower.ask("POST", path, b"{}", **JSON).status == 401, path
        assert tab.flower.ask("GET", path).status in {401, 404, 405}, path

    assert failed_count(house) == 5


def test_other_sites_cannot_decide(tab: Tab, house: House) -> None:
    """The login that a browser sends along by itself is not enough."""
    cases: list[tuple[dict[str, str], int]] = [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ]
    for headers, status in cases:
        for path in WRITES:
            assert tab.post(path, ALL, **headers).status == status, (path, headers)

    assert failed_count(house) == 5


def test_reading_changes_nothing_and_a_decision_is_on_record(tab: Tab, house: House) -> None:
    """A preview counts exactly; a decision is done to so many, and says by whom and why."""
    for path in (*PAGES[:2], *READS[:4]):
        assert tab.get(path).status == 200, path
    preview = tab.post("/failed/api/preview", ALL).json
    assert (preview["matching"], preview["jobs"], failed_count(house)) == (5, 5, 5)

    same_site = {"Sec-Fetch-Site": "same-origin"}
    answer = tab.post("/failed/api/decide", ALL | {"limit": 2, "why": "mended"}, **same_site)
    ended = tab.ended(answer.json["batch"])

    assert (ended["done"], ended["became"]) == ({"queued": 2}, {"queued": 2})
    assert failed_count(house) == 3
    entry = tab.get("/failed/api/record").json["record"][-1]
    assert (entry["who"], entry["action"], entry["why"]) == ("ada", "retry", "mended")
    assert entry["result"] == "2 jobs"
    history = tab.get("/failed/history").body.decode()
    assert "2 of 5 failed jobs, notify_crm: crm_service_answered_4" in history
    assert "2 queued" in history


NOT_UNDERSTOOD: list[object] = [
    [],
    "retry",
    {},
    {"action": "erase", "filter": {}},
    {"action": "retry"},
    {"action": "retry", "filter": {}, "tasks": ["x"]},
    {"action": "retry", "filter": {"state": "queued"}},
    {"action": "retry", "filter": {"handler": "a"}},
    {"action": "retry", "filter": []},
    {"action": "retry", "tasks": [1]},
    {"action": "retry", "filter": {}, "limit": 0},
    {"action": "retry", "filter": {}, "limit": True},
    {"action": "retry", "filter": {}, "why": ["x"]},
    {"action": "retry", "filter": {}, "all": True},
    {"action": "release", "filter": {}},
    {"action": "discard", "filter": {}, "why": "  "},
    {"action": "retry", "search": "state:("},
]


def test_what_is_not_understood_is_refused(tab: Tab, house: House) -> None:
    """A wrong word never means "all": each is refused with a sentence, and nothing is done."""
    for sent in NOT_UNDERSTOOD:
        answer = tab.post("/failed/api/decide", sent)

        assert answer.status in {400, 409}, sent
        assert answer.json["error"]["message"].endswith("."), sent
    assert failed_count(house) == 5


def test_twenty_clicks_are_one_retry(tab: Tab, house: House) -> None:
    """A double click, or two operators, dispatch a job once."""
    job = house.store.zrange("perkhook:failed", 0, 0)[0].decode()

    def click(_: int) -> int:
        return tab.post("/failed/api/decide", {"action": "retry", "tasks": [f"{job}:1"]}).status

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(click, range(20)))

    assert set(statuses) <= {202, 409}
    assert 202 in statuses
    for batch in tab.get("/failed/api/record").json["batches"]:
        tab.ended(batch["batch"])
    assert house.dispatches(job) == 2


def test_texts_are_shown_and_not_run(tab: Tab, house: House) -> None:
    """What a downstream wrote into its error, or somebody into an address, is text."""
    text = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    job = house.failed(b"markup", reason="odd")
    house.store.hset(f"perkhook:job:{job}", "error", text)
    for path in (
        "/failed",
        f"/failed/job/{job}",
        "/failed?search=%3Cscript%3E",
        "/failed/job/%3Cscript%3E",
    ):
        page = tab.get(path)

        assert b"<script>" not in page.body.replace(b'<script src="/static', b"").replace(
            b'<script src="/failed', b""
        ), path
        assert b"onerror=alert(2)>" not in page.body, path
    policy = tab.get("/failed").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_read_only_shows_and_does_nothing(house: House, redis_url: str, tmp_path: Path) -> None:
    """With --read_only there are no buttons, every decision is refused, and no batch is run."""
    operations = Operations(house.store, dedupe_window_seconds=3600)
    tasks = [row.task for row in operations.rows.of("failed")]
    # A Flower that may write goes on with it as it starts, before it answers.
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

    entry = house.store.xrange("perkhook:audit")[0][1]
    assert entry[b"who"].decode() == mine


def test_bodies_are_for_those_who_are_named(house: House, redis_url: str, tmp_path: Path) -> None:
    """A body is shown to nobody, or to whom FLOWER_SHOW_BODIES names, without what is personal."""
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
