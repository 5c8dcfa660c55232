-- Report the result of a call to its downstream's circuit breaker.
-- ARGV by name: downstream, caller, result ('well', 'skip', 'failed' or 'pause'), reason, pause_ms
-- ('pause': how long; 'failed': the first and shortest), failures (in a row that open the breaker),
-- longest_ms (pause)
-- Returns {how long the breaker is open in ms, 1 if this call has opened it}.
local a = named()
local what, reason, pause = a.result, a.reason, tonumber(a.pause_ms)
local key, now = GATE .. a.downstream, server_now()
-- A late caller, whose call began before, does not end another's lone try.
if redis.call('GET', key .. ':try') == a.caller then redis.call('DEL', key .. ':try') end
if what == 'skip' then return {0, 0} end

local found = redis.call('HMGET', key, 'until', 'asked')
local open_until, asked = tonumber(found[1] or 0), found[2] == '1'
if what == 'well' then
  -- A call that ends well while the breaker is open began before: a requested pause stands.
  if asked and open_until > now then
    redis.call('HDEL', key, 'failures')
    return {open_until - now, 0}
  end
  redis.call('DEL', key)
  return {0, 0}
end

if what == 'failed' then
  -- A call that fails while the breaker is open began before as well, and adds nothing.
  if open_until > now then return {open_until - now, 0} end
  local beyond = redis.call('HINCRBY', key, 'failures', 1) - tonumber(a.failures)
  if beyond < 0 then return {0, 0} end
  pause = math.min(pause * 2 ^ math.min(beyond, 20), tonumber(a.longest_ms))
end
if now + pause <= open_until then return {open_until - now, 0} end
redis.call('HSET', key, 'until', now + pause, 'reason', reason, 'asked', what == 'pause' and 1 or 0)
return {pause, open_until == 0 and 1 or 0}
