"""Script calls: what is sent, what is done when the store has forgotten or hung up."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import BlockingConnectionPool
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from inbox.store.client import StoreClient
from inbox.store.script_call import ScriptCall, packed
from tests.engine import KEYS, connect


KEY = KEYS.prefix + "k"
ECHO = "return {KEYS[1], ARGV[1], ARGV[2]}"
FAILING = "return redis.error_reply('ERR on purpose')"


@pytest.fixture
def client(redis_url: str, store: Any) -> StoreClient:  # noqa: ARG001 - the store is emptied
    """Return a client whose one connection shows what happens to it."""
    return connect(redis_url, max_connections=1, answer_timeout=30)


def test_a_script_is_sent_when_the_store_has_forgotten_it(client: StoreClient) -> None:
    """A restarted store knows no script; the caller does not notice."""
    script = ScriptCall(client, ECHO, KEYS.guard)

    assert script(keys=[KEY], args=["ä", b"\x00\xff"]) == [KEY.encode(), "ä".encode(), b"\x00\xff"]
    client.script_flush()
    assert script(keys=[KEY], args=[7, 1.5]) == [KEY.encode(), b"7", b"1.5"]


def test_a_connection_that_the_server_closed_is_made_anew(client: StoreClient, store: Any) -> None:
    """A store that closes idle connections costs no webhook."""
    script = ScriptCall(client, ECHO, KEYS.guard)
    script(keys=[KEY], args=["a", "b"])
    mine = client.client_id()
    assert store.client_kill_filter(_id=mine) == 1

    assert script(keys=[KEY], args=["a", "b"]) == [KEY.encode(), b"a", b"b"]
    assert client.client_id() != mine


def test_an_error_of_the_script_is_raised_and_the_connection_continues(client: StoreClient) -> None:
    """What the store says of one call is not taken for the answer to the next."""
    failing = ScriptCall(client, FAILING, KEYS.guard)
    script = ScriptCall(client, ECHO, KEYS.guard)
    mine = client.client_id()

    with pytest.raises(ResponseError, match="on purpose"):
        failing()
    assert script(keys=[KEY], args=["a", "b"]) == [KEY.encode(), b"a", b"b"]
    assert client.client_id() == mine


def test_what_the_store_does_not_take_is_refused_before_it_is_sent(client: StoreClient) -> None:
    """None would be stored as a word."""
    with pytest.raises(TypeError, match="NoneType"):
        ScriptCall(client, ECHO, KEYS.guard)(keys=[KEY], args=[None])


def test_a_caller_without_a_free_connection_is_refused(redis_url: str) -> None:
    """A call never waits longer than the pool may, which is as long as for an answer."""
    client = connect(redis_url, max_connections=1, answer_timeout=30)
    pool: Any = client.connection_pool
    taken = pool.get_connection()
    assert pool.timeout == 30
    # The answers themselves may take their time.
    pool.timeout = 0.05

    with pytest.raises(RedisTimeoutError, match="No connection"):
        client.ping()
    pool.release(taken)
    assert client.ping()


@given(words=st.lists(st.text() | st.binary() | st.integers(), min_size=1, max_size=6))
def test_a_command_is_written_as_redis_py_writes_it(words: list[str | bytes | int]) -> None:
    """Any words make the bytes that the library's own packer makes."""
    connection: Any = BlockingConnectionPool().make_connection()  # type: ignore[no-untyped-call]
    try:
        own = packed("EVALSHA", *words)
    except UnicodeEncodeError:
        return
    assert own == b"".join(connection.pack_command("EVALSHA", *words))
