"""Calls of the store's scripts, with little around the two system calls that each takes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from redis import Redis
from redis.commands.core import Script
from redis.exceptions import NoScriptError


Argument = str | bytes | int | float


class ScriptCall(Script):
    """
    A Lua script, called on the connections of its client.

    redis-py's own way of a command does more than this before and after it, and takes three
    times as much processor time. In a pipeline it is redis-py's own.
    """

    def __init__(self, client: Redis, text: str, guard: str) -> None:
        super().__init__(client, text)
        self.text = text
        self._guard = guard

    def __call__(
        self,
        keys: Sequence[Any] | None = None,
        args: Iterable[Any] | None = None,
        client: Any = None,
        *,
        named: Mapping[str, Argument] | None = None,
    ) -> Any:
        """
        Run the script once, or twice if no answer came or the server was not the one to ask.

        Args:
            keys: KEYS of the script.
            args: ARGV of the script, or what follows its named arguments.
            client: a pipeline to put the call into; None to run it now.
            named: arguments by name, which the script reads by `named()` of `common.lua`.

        Returns:
            The script's answer.

        Raises:
            redis.RedisError: the store's error, or what happened on the way to it.
        """
        if named is not None:
            pairs = [word for pair in named.items() for word in pair]
            args = [len(named), *pairs, *(args or ())]
        # Its keys are all of one slot; the guard says of that slot that it is here and not on its
        # way to another server (inbox/keys.py).
        keys = (*(keys or ()), self._guard)
        if client is not None:
            return super().__call__(keys, args, client)
        request = packed("EVALSHA", self.sha, len(keys), *keys, *(args or ()))
        own_client: Any = self.registered_client
        pool = own_client.connection_pool
        connection = pool.get_connection()
        try:
            try:
                return _ask(connection, request)
            except NoScriptError:
                _ask(connection, packed("SCRIPT", "LOAD", self.text))
                return _ask(connection, request)
        finally:
            pool.release(connection)


def _ask(connection: Any, request: bytes) -> Any:
    def once() -> Any:
        connection.send_packed_command((request,), check_health=False)
        return connection.read_response()

    # What fails leaves the connection, so that no late answer is taken for another.
    return connection.retry.call_with_retry(once, connection.disconnect)


def packed(*words: Argument) -> bytes:
    """Write a command as the store reads it (Redis documentation: RESP, arrays of bulk strings)."""
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        if not isinstance(word, str | bytes | int | float):
            raise TypeError(f"the store takes no {type(word).__name__}")
        data = word if isinstance(word, bytes) else str(word).encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(data), data))
    return b"".join(parts)
