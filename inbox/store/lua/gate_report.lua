-- What a call to a downstream has shown.
-- ARGV  1 downstream  2 'well', 'skip', 'failed' or 'pause'  3 reason  4 pause in ms ('pause': how
--       long; 'failed': the first and shortest)  5 failures in a row that shut the gate
--       6 longest pause in ms  7 caller
-- Gives {how long the gate is shut in ms, 1 if this has shut it}.
local what, reason, pause = ARGV[2], ARGV[3], tonumber(ARGV[4])
local key, now = GATE .. ARGV[1], server_now()
-- A straggler, whose call began before, does not free the lone try of another.
if redis.call('GET', key .. ':try') == ARGV[7] then redis.call('DEL', key .. ':try') end
if what == 'skip' then return {0, 0} end

local found = redis.call('HMGET', key, 'until', 'asked')
local shut_until, asked = tonumber(found[1] or 0), found[2] == '1'
if what == 'well' then
  -- What ends well while the gate is shut had begun before: a pause that was asked for stands.
  if asked and shut_until > now then
    redis.call('HDEL', key, 'failures')
    return {shut_until - now, 0}
  end
  redis.call('DEL', key)
  return {0, 0}
end

if what == 'failed' then
  -- What fails while the gate is shut had begun before as well, and is no news.
  if shut_until > now then return {shut_until - now, 0} end
  local beyond = redis.call('HINCRBY', key, 'failures', 1) - tonumber(ARGV[5])
  if beyond < 0 then return {0, 0} end
  pause = math.min(pause * 2 ^ math.min(beyond, 20), tonumber(ARGV[6]))
end
if now + pause <= shut_until then return {shut_until - now, 0} end
redis.call('HSET', key, 'until', now + pause, 'reason', reason, 'asked', what == 'pause' and 1 or 0)
return {pause, shut_until == 0 and 1 or 0}
