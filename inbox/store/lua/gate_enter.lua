-- May a downstream be called now? All workers share the answer.
-- ARGV  1 downstream  2 caller  3 calls to reserve  4 most calls, 0 for no limit
--       5 in so many ms  6 for how many ms reserved calls may be made uncounted
--       7 how long a lone try may take in ms
-- Gives {'open', 0, or 1 when calls have failed lately, or 2 for a lone try} or {'closed', wait in ms, reason}.
local name, caller, calls = ARGV[1], ARGV[2], tonumber(ARGV[3])
local most, window = tonumber(ARGV[4]), tonumber(ARGV[5])
local key, now = GATE .. name, server_now()

local found = redis.call('HMGET', key, 'until', 'reason', 'failures')
local shut_until, failures = tonumber(found[1] or 0), tonumber(found[3] or 0)
if shut_until > now then return {'closed', shut_until - now, found[2] or ''} end
if shut_until > 0 then
  -- The pause is over: one caller tries, the others wait for what it finds.
  local lone = redis.call('SET', key .. ':try', caller, 'NX', 'PX', ARGV[7])
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
    -- Calls that can wait do so until this caller has come back.
    redis.call('SET', key .. ':low', 1, 'PX', 2 * wait + 5000)
    return {'closed', wait, 'budget'}
  end
  -- Reserved calls count from now on, and are stamped anew when the run ends. Calls are forgotten
  -- a window after their time, so until then they have the latest time that they can be made at.
  local reserved = {}
  for i = 1, calls do
    reserved[2 * i - 1], reserved[2 * i] = now + tonumber(ARGV[6]), caller .. '|' .. i
  end
  if calls > 0 then redis.call('ZADD', budget, unpack(reserved)) end
  redis.call('PEXPIRE', budget, window + tonumber(ARGV[6]))
end
return {'open', shut_until > 0 and 2 or math.min(failures, 1)}
