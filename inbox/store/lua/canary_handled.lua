-- Note that a canary has come through.
-- ARGV  1 when it was sent, in ms
-- Returns how long it took, in ms.
local now = server_now()
local delay = math.max(0, now - tonumber(ARGV[1]))
-- Not while no worker is to send any: this hash would never go.
if redis.call('EXISTS', CANARY) == 1 then
  redis.call('HSET', CANARY, 'handled', now, 'delay', delay)
end
return delay
