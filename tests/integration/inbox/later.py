"""Time passes for gates, budgets, the rate cap and the ledger, without waiting for it."""

from typing import Any

from tests.engine import KEYS


_LATER = """
local by = tonumber(ARGV[1])
local times = {'until', 'planned', 'sent', 'answered', 'unknown', 'confirmed', 'refused'}
for _, key in ipairs(redis.call('KEYS', ARGV[2] .. '*')) do
  local kind = redis.call('TYPE', key).ok
  local moves = string.find(key, '^[gbe]', #ARGV[2] + 1) ~= nil
  if moves and kind == 'zset' then
    local found = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    for i = 1, #found, 2 do redis.call('ZADD', key, tonumber(found[i + 1]) - by, found[i]) end
  elseif moves and kind == 'hash' then
    for _, name in ipairs(times) do
      local value = redis.call('HGET', key, name)
      if value then redis.call('HSET', key, name, tonumber(value) - by) end
    end
  end
  local left = redis.call('PTTL', key)
  if left >= 0 and left <= by then
    redis.call('DEL', key)
  elseif left >= 0 then
    redis.call('PEXPIRE', key, left - by)
  end
end
return redis.call('TIME')
"""


class Later:
    """A clock that runs ahead of the store's by what a test has let pass."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._move = store.register_script(_LATER)
        self._ahead_ms = 0

    def __call__(self, seconds: float) -> None:
        """Let time pass: stored times and lives are moved back."""
        milliseconds = round(seconds * 1000)
        self._move(args=[milliseconds, KEYS.prefix])
        self._ahead_ms += milliseconds

    def now(self) -> float:
        """Return the time in seconds."""
        seconds, microseconds = self._store.time()
        return (int(seconds) * 1000 + int(microseconds) // 1000 + self._ahead_ms) / 1000


#: Between which two times something happened.
Span = tuple[float, float]


def most_within(spans: list[Span], seconds: float) -> int:
    """Count the most of these, in order, that lie in any window, wherever in their spans."""
    most, first = 0, 0
    for last, (_, latest) in enumerate(spans):
        while spans[first][0] <= latest - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most
