"""`/readyz` with Sentinel: what keeps an old primary from taking webhooks, and what is wrong."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.demo.ports import free_port
from tests.clusters import Sentinels, ask, at, info
from tests.integration.receiver.conftest import PATH, MakeApp, assert_error, signed
from tests.processes import ROOT, wait_until


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sentinels]:
    """A primary with one replica, and three sentinels."""
    found = Sentinels(tmp_path_factory.mktemp("sentinels"), replicas=1)
    try:
        found.start()
        yield found
    finally:
        found.close()


def readyz(make_app: MakeApp, url: str, **environ: str) -> tuple[int, str, str]:
    """Return the status, the code of the error or "ready", and what is said in a sentence."""
    answer = make_app(REDIS_URL=url, **environ).test_client().get("/readyz")
    assert answer.json is not None
    if answer.status_code == 200:
        assert answer.json.keys() <= {"status", "fencing"}
        return 200, answer.json["status"], answer.json.get("fencing", "")
    error = answer.json["error"]
    assert_error(answer, 503, error["code"])
    return 503, error["code"], error["message"]


def set_everywhere(store: Sentinels, setting: str, value: str) -> None:
    """Set it on the primary and on its replica, as an operator must."""
    for node in store.nodes:
        ask(node, "CONFIG", "SET", setting, value)


def test_a_replica_and_no_protection_fail_readiness(make_app: MakeApp, store: Sentinels) -> None:
    """It names what to set, and each of it makes the receiver ready and is named then."""
    status, code, sentence = readyz(make_app, store.url)
    assert (status, code) == (503, "inbox_not_fenced")
    assert "min-replicas-to-write 1" in sentence

    assert readyz(make_app, store.url, SENTINEL_FENCING="none")[:2] == (200, "ready")
    for durability in ("replica", "managed"):
        ready = readyz(make_app, store.url, ACCEPT_DURABILITY=durability)
        assert ready[0] == 200
        assert ready[2].startswith(f"ACCEPT_DURABILITY={durability}: ")
    set_everywhere(store, "min-replicas-to-write", "1")
    wait_until(lambda: readyz(make_app, store.url)[0] == 200, "the replica is in step")
    assert readyz(make_app, store.url)[2].startswith("min-replicas-to-write: ")
    # A lag of 0 switches it off.
    set_everywhere(store, "min-replicas-max-lag", "0")
    assert readyz(make_app, store.url)[1] == "inbox_not_fenced"
    set_everywhere(store, "min-replicas-max-lag", "10")
    set_everywhere(store, "min-replicas-to-write", "0")


def test_webhooks_are_accepted_meanwhile(make_app: MakeApp, store: Sentinels) -> None:
    """A webhook costs no question about it: only `/readyz` asks."""
    client = make_app(REDIS_URL=store.url).test_client()
    primary = store.named()
    ask(primary, "CONFIG", "RESETSTAT")
    for number in range(20):
        body = b'{"n":%d}' % number
        assert client.post(PATH, data=body, headers=signed(body)).status_code == 202

    assert info(primary, "commandstats")["cmdstat_info"]["calls"] < 20


def test_one_server_with_a_replica_needs_no_fencing(make_app: MakeApp, store: Sentinels) -> None:
    """A hosted store has a standby and a failover of its own: nothing is asked of it."""
    assert readyz(make_app, f"{store.named().connection_url}/0") == (200, "ready", "")


def command_line(url: str) -> str:
    """Return what the command line ends with."""
    ran = subprocess.run(
        [sys.executable, "-m", "inbox", "stats"],
        cwd=ROOT,
        env={"REDIS_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    return ran.stderr


@pytest.mark.parametrize(
    ("service", "login", "code", "words"),
    [
        ("mymaster", "", "inbox_down", "know no service of the name in REDIS_URL"),
        (Sentinels.SERVICE, "sentinel_password=s3cret", "inbox_auth", "sentinels refuse our login"),
        (
            Sentinels.SERVICE,
            "sentinel_username=narrow&sentinel_password=s3cret",
            "inbox_auth",
            "sentinels refuse our login",
        ),
    ],
)
def test_what_sentinels_answer_is_said_in_words(
    make_app: MakeApp, store: Sentinels, service: str, login: str, code: str, words: str
) -> None:
    """A wrong name and a login that is refused are distinguished, here and on the command line."""
    for port in store.ports:
        at(port, "ACL", "SETUSER", "narrow", "on", ">s3cret", "-@all", "+ping")
    url = store.url.replace(store.SERVICE, service) + f"?{login}"

    reported = readyz(make_app, url)

    assert reported[:2] == (503, code)
    for sentence in (reported[2], command_line(url)):
        assert words in sentence
        assert "s3cret" not in sentence


def test_no_sentinel_answers(make_app: MakeApp) -> None:
    """Sentinels that are away are named as what is away, and not the store."""
    url = f"redis+sentinel://127.0.0.1:{free_port()},127.0.0.1:{free_port()}/mymaster"

    reported = readyz(make_app, url)

    assert reported[:2] == (503, "inbox_down")
    assert "no sentinel of REDIS_URL has answered" in reported[2]
    assert "no sentinel of REDIS_URL has answered" in command_line(url)


def test_a_host_of_sentinels_that_is_not_known(make_app: MakeApp) -> None:
    """Why none has answered is said as for a store."""
    reported = readyz(make_app, "redis+sentinel://no-such-host.invalid/mymaster")

    assert "the name of its host" in reported[2]


def test_a_primary_that_is_away(make_app: MakeApp, tmp_path: Path) -> None:
    """With sentinels the advice is not to fix a host and port that REDIS_URL does not have."""
    lonely = Sentinels(tmp_path, replicas=0)
    try:
        lonely.start()
        lonely.nodes[0].kill()
        reported = readyz(make_app, lonely.url)
    finally:
        lonely.close()

    assert reported[:2] == (503, "inbox_down")
    assert "SENTINEL MASTER" in reported[2]
