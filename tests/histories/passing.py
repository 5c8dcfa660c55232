"""Time that passes at once, for the store as for the stand-in."""

from redis import Redis

from sandbox.inprocess import InProcess


#: Differences below this are not told to the store: a call takes a millisecond.
_FINE_MS = 500

_SHIFT = """
local ms = tonumber(ARGV[1])
local moments = {received=1, settled=1, since=1, admitted=1, ['until']=1, planned=1, sent=1,
  answered=1, unknown=1, confirmed=1, refused=1}
local function back(text) return string.format('%.0f', tonumber(text) - ms) end
for _, key in ipairs(redis.call('KEYS', 'perkhook:*')) do
  local kind = redis.call('TYPE', key).ok
  if kind == 'zset' then
    local all = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    for i = 1, #all, 2 do redis.call('ZADD', key, back(all[i + 1]), all[i]) end
  elseif kind == 'hash' and key ~= 'perkhook:counts' then
    local all = redis.call('HGETALL', key)
    for i = 1, #all, 2 do
      local field, value = all[i], all[i + 1]
      local first, second = string.match(value, '^(%d+):(%d+)$')
      if moments[field] then
        redis.call('HSET', key, field, back(value))
      elseif key == 'perkhook:looked' then
        redis.call('HSET', key, field, back(first) .. ':' .. back(second))
      elseif field == 'held' then
        redis.call('HSET', key, field, first .. ':' .. back(second))
      end
    end
  elseif kind == 'string' and string.find(key, 'perkhook:identity:', 1, true) then
    local value = redis.call('GET', key)
    local cut = string.find(value, ':', 1, true)
    redis.call('SET', key, string.sub(value, 1, cut) .. back(string.sub(value, cut + 1)), 'KEEPTTL')
  end
  local left = redis.call('PTTL', key)
  if left > 0 then redis.call('PEXPIRE', key, math.max(left - ms, 0)) end
end
"""


class Time:
    """One time for both: what is stored is moved back by as much as the stand-in goes ahead."""

    def __init__(self, store: Redis, shop: InProcess) -> None:
        self._shift = store.register_script(_SHIFT)
        self._shop = shop
        self.clear()

    def clear(self) -> None:
        """Begin anew, with an empty store."""
        self._told_ms = int(self._shop.clock.ahead * 1000)

    def now(self) -> float:
        """Tell how many seconds have passed since the stand-in's beginning."""
        return self._shop.clock.ahead

    def let_time_pass(self, seconds: float) -> None:
        """Let time pass for both."""
        self._shop.advance(seconds)
        self.catch_up(0)

    def catch_up(self, fine_ms: int = _FINE_MS) -> None:
        """Tell the store what has passed for the stand-in."""
        behind = int(self._shop.clock.ahead * 1000) - self._told_ms
        if behind > fine_ms:
            self._shift(args=[behind])
            self._told_ms += behind
