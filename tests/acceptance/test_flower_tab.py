"""The Failed tab of the real Flower: who may do what on it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from inbox.store.client import StoreClient
from tests.acceptance.tab import (
    ALL,
    JSON,
    PAGES,
    READS,
    WRITES,
    Tab,
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


@pytest.fixture(scope="module")
def flower(store_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """One Flower with a login for this file."""
    log = tmp_path_factory.mktemp("flower") / "log"
    with running_tab(log, store_url) as tab:
        yield tab


@pytest.fixture
def tab(house: House, flower: Tab) -> Iterator[Tab]:
    """Flower on that store."""
    yield flower
    assert house.store.ping()
    assert "sesame" not in flower.flower.output
    assert "Traceback" not in flower.flower.output


def test_nothing_is_shown_or_done_without_the_login(tab: Tab, house: House) -> None:
    """Every address of ours wants it, to read and to write; files of ours hold no data."""
    job = house.store.zrange(KEYS.failed, 0, 0)[0].decode()
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
    """A preview counts exactly; a decision is done to so many, and says who did it and why."""
    for path in (*PAGES[:2], *READS[:4]):
        assert tab.get(path).status == 200, path
    preview = tab.post("/failed/api/preview", ALL).json
    assert (preview["matching"], preview["jobs"], failed_count(house)) == (5, 5, 5)

    same_site = {"Sec-Fetch-Site": "same-origin"}
    answer = tab.post("/failed/api/decide", ALL | {"limit": 2, "why": "fixed"}, **same_site)
    ended = tab.ended(answer.json["batch"])

    assert (ended["done"], ended["became"]) == ({"queued": 2}, {"queued": 2})
    assert failed_count(house) == 3
    entry = tab.get("/failed/api/record").json["record"][-1]
    assert (entry["who"], entry["action"], entry["why"]) == ("ada", "retry", "fixed")
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
    job = house.store.zrange(KEYS.failed, 0, 0)[0].decode()

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
    """What a downstream wrote into its error, or someone into an address, is text."""
    text = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    job = house.failed(b"markup", reason="odd")
    house.store.hset(KEYS.job + job, "error", text)
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
