"""One time for the store and the stand-in, which passes only when it is asked to."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

from inbox.store import scripts
from inbox.store.client import StoreClient
from sandbox.inprocess import InProcess


#: Where the time stands, in ms since 1970; without it a store goes by its server's clock.
NOW: Final = "histories:now"

#: When the store was started, in ms since 1970: when it was first given the time.
_BEGAN: Final = "histories:began"

#: When keys end that have an end.
_ENDS: Final = "histories:ends"

#: In front of every script: the time is the one that was given, and keys end by it alone.
_GIVEN: Final = f"""
local server = redis
local now = tonumber(server.call('GET', '{NOW}') or nil)
local function told(command, key, ...)
  local words = {{...}}
  if command == 'TIME' then
    return {{math.floor(now / 1000), now % 1000 * 1000}}
  elseif command == 'INFO' and key == 'server' then
    local up = math.floor((now - server.call('GET', '{_BEGAN}')) / 1000)
    return 'run_id:told' .. string.char(13, 10) .. 'uptime_in_seconds:' .. up
  elseif command == 'PEXPIRE' then
    local there = server.call('EXISTS', key)
    if there == 1 then server.call('ZADD', '{_ENDS}', now + words[1], key) end
    return there
  elseif command == 'INFO' then
    -- It has been up for a day, however long it really is.
    local said = server.call('INFO', key)
    return (string.gsub(said, 'uptime_in_seconds:%d+', 'uptime_in_seconds:86400'))
  elseif command == 'DEL' then
    server.call('ZREM', '{_ENDS}', key)
  elseif command == 'SET' then
    local ends
    if words[#words - 1] == 'PX' then
      ends = now + table.remove(words)
      table.remove(words)
    end
    local done = server.call('SET', key, unpack(words))
    if not done then return done end
    server.call('ZREM', '{_ENDS}', key)
    if ends then server.call('ZADD', '{_ENDS}', ends, key) end
    return done
  end
  return server.call(command, key, ...)
end
local redis = now and setmetatable({{call = told}}, {{__index = server}}) or server
"""

_SET: Final = f"""
redis.call('SET', '{NOW}', ARGV[1])
redis.call('SET', '{_BEGAN}', ARGV[1], 'NX')
for _, key in ipairs(redis.call('ZRANGEBYSCORE', '{_ENDS}', '-inf', ARGV[1])) do
  redis.call('DEL', key)
  redis.call('ZREM', '{_ENDS}', key)
end
"""


_with_used = scripts._with_used


@contextmanager
def given_time() -> Iterator[None]:
    """Let scripts that are loaded meanwhile go by the time that a store was given."""
    with patch.object(scripts, "_with_used", lambda *words: _GIVEN + _with_used(*words)):
        yield


class Time:
    """The stand-in's time, which the store is given."""

    def __init__(self, store: StoreClient, shop: InProcess) -> None:
        self._set = store.register_script(_SET)
        self._shop = shop
        # Some of the product asks the server, and not by a script.
        client: Any = store
        client.time = self._time

    def now(self) -> float:
        """Return how many seconds have passed since the stand-in's beginning."""
        return self._shop.clock.ahead

    @contextmanager
    def of_runs(self) -> Iterator[None]:
        """Let what runs jobs go by this time too; no run is cut short by its deadline."""
        with (
            patch("worker.run.flow.monotonic", self.now),
            patch("worker.run.admission.monotonic", self.now),
            patch("worker.http_client.calls.monotonic", lambda: 0.0),
        ):
            yield

    def let_time_pass(self, seconds: float) -> None:
        """Let time pass for both."""
        self._shop.advance(seconds)
        self.catch_up()

    def catch_up(self) -> None:
        """Set the store's time to the stand-in's."""
        self._set(args=[self._ms()])

    def _ms(self) -> int:
        return round(self._shop.now().timestamp() * 1000)

    def _time(self) -> tuple[int, int]:
        seconds, ms = divmod(self._ms(), 1000)
        return seconds, ms * 1000
