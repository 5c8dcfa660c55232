-- Ask a downstream's circuit breaker whether it may be called now. All workers share the answer.
-- ARGV by name: downstream, caller, calls (to reserve), most (calls, 0 for no limit) in ms,
-- reservation_ms (how long reserved calls may be made uncounted), alone_ms (how long a caller may
-- try it alone)
-- Returns {'open', 0, or 1 if calls have failed lately, or 2 if this caller tries it alone}, or
-- {'closed', wait in ms, reason}.
local a = named()
local name, caller, calls = a.downstream, a.caller, tonumber(a.calls)
local most, window = tonumber(a.most), tonumber(a.ms)
local key, now = GATE .. name, server_now()

local found = redis.call('HMGET', key, 'until', 'reason', 'failures')
local open_until, failures = tonumber(found[1] or 0), tonumber(found[3] or 0)
if open_until > now then return {'closed', open_until - now, found[2] or ''} end
if open_until > 0 then
  -- Half-open: the pause is over, one caller tries, the others wait for the result.
  local lone = redis.call('SET', key .. ':try', caller, 'NX', 'PX', a.alone_ms)
  if not lone and redis.call('GET', key .. ':try') ~= caller then
    return {'closed', 2000, found[2] or ''}
  end
end

if most > 0 then
  local budget = BUDGET .. name
  redis.call('ZREMRANGEBYSCORE', budget, '-inf', now - window)
  calls = math.min(calls, most)
  local missing = calls - (most - redis.call('ZCARD', budget))
  if missing > 0 then
    local last = redis.call('ZRANGE', budget, missing - 1, missing - 1, 'WITHSCORES')
    if redis.call('GET', key .. ':try') == caller then redis.call('DEL', key .. ':try') end
    local wait = math.max(math.min(tonumber(last[2]) + window - now, window), 1)
    -- Calls that can wait do so until this caller has returned.
    redis.call('SET', key .. ':low', 1, 'PX', 2 * wait + 5000)
    return {'closed', wait, 'budget'}
  end
  -- Reserved calls count from now on, and are stamped anew when the run ends. Calls are forgotten
  -- a window after their time, so until then they have the latest time that they can be made at.
  local reserved = {}
  for i = 1, calls do
    reserved[2 * i - 1], reserved[2 * i] = now + tonumber(a.reservation_ms), caller .. '|' .. i
  end
  if calls > 0 then redis.call('ZADD', budget, unpack(reserved)) end
  redis.call('PEXPIRE', budget, window + tonumber(a.reservation_ms))
end
return {'open', open_until > 0 and 2 or math.min(failures, 1)}
