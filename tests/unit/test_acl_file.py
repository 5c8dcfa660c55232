"""deploy/acl/users.acl allows what the scripts and the clients do, and nothing besides."""

import re
from typing import Final

import pytest

from inbox.store import scripts
from tests.processes import ROOT
from tests.stores import client_of


LUA: Final = ROOT / "inbox" / "store" / "lua"

#: What every client sends: redis-py at a connection's start, and to run scripts.
CLIENT: Final = {
    "client|setname", "client|setinfo", "select", "ping", "time", "info",
    "evalsha", "eval", "script|load", "script|exists",
}  # fmt: skip

#: kombu's own: queues, what is taken and given back, remote control, events.
KOMBU: Final = {
    "multi", "exec", "set", "get", "del", "brpop", "lpush", "rpush", "rpop", "llen", "hset", "hget",
    "hdel", "zadd", "zrange", "zrem", "sadd", "srem", "smembers", "publish", "subscribe",
    "unsubscribe", "psubscribe", "punsubscribe",
}  # fmt: skip

#: What operators' views read without a script.
VIEWS: Final = {
    "multi", "exec", "exists", "hget", "hmget", "hgetall", "get", "llen", "lrange", "smembers",
    "zcard", "zrange", "zrevrange", "zrangebyscore", "zscore", "xrange", "xrevrange",
}  # fmt: skip

DURABLE: Final = {"incr", "exists", "wait", "waitaof", "client|id"}
#: What is known of assignments, as a reconciliation reads it (`inbox.state.assignments`).
BOOK: Final = {"hscan", "zcount", "zcard"}
FINDS_BODIES: Final = {"sscan", "zscan", "exists", "get", "hget", "hmget", "zrange"}

DECIDES: Final = {"retry", "discard", "release", "batch_step", "batch_start", "plan_ask", "unfold"}
OPERATES: Final = DECIDES | {"replay", "erase", "forget", "accept"}
RECEIVES: Final = {"accept", "read_fleet", "report_counts"}
READS: Final = {"read_fleet", "read_index", "read_jobs"}
#: Files that other scripts share.
PARTS: Final = {"common", "effect", "budget", "decide", "reconcile"}
WORKS: Final = (
    {path.stem for path in LUA.glob("*.lua")} - DECIDES - RECEIVES - READS - PARTS - {"replay"}
)


def _called(*names: str) -> set[str]:
    """List the commands that scripts call, with what they use of the shared parts."""
    store = client_of("redis://127.0.0.1:1")
    return {
        word.lower()
        for name in names
        for word in re.findall(r"redis\.p?call\(['\"]([A-Z]+)['\"]", scripts.load(store, name).text)
    }


#: What each user does.
WORK: Final = {
    "perkhook-receiver": CLIENT | DURABLE | _called(*RECEIVES),
    "perkhook-worker": CLIENT | DURABLE | KOMBU | FINDS_BODIES | _called(*WORKS)
    | BOOK | {"blmpop"},
    "perkhook-flower": CLIENT | KOMBU | VIEWS | _called(*READS, *DECIDES),
    "perkhook-operator": CLIENT | VIEWS | FINDS_BODIES | _called(*READS, *OPERATES),
}  # fmt: skip


def _rules(user: str) -> str:
    text = (ROOT / "deploy" / "acl" / "users.acl").read_text()
    return next(line for line in text.splitlines() if line.startswith(f"user {user} "))


@pytest.mark.parametrize("user", list(WORK))
def test_each_user_may_run_what_its_process_runs_and_nothing_else(user: str) -> None:
    """A command that a script begins to call, or no longer calls, is found here."""
    allowed = set(re.findall(r"\+([a-z|]+)", _rules(user)))

    assert allowed == WORK[user]
    assert "+@" not in _rules(user)


@pytest.mark.parametrize("user", ["perkhook-worker", "perkhook-flower", "perkhook-operator"])
def test_every_queue_may_be_sent_to(user: str) -> None:
    """Those of own handlers too, whose names the file cannot know."""
    assert {"~perkhook:*", "~perkhook:celery:*"} & set(_rules(user).split())


def test_no_one_is_let_in_by_the_file_itself() -> None:
    """It holds no password, no one goes without one, and the default user is off."""
    text = (ROOT / "deploy" / "acl" / "users.acl").read_text()

    assert re.findall(r" [<>#!]\S*|nopass", text) == []
    assert text.startswith("user default off ")
    assert len(text.splitlines()) == len(WORK) + 2
