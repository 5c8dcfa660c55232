-- Say to one worker of the fleet in each interval that a run is due.
-- ARGV  1 caller  2 interval in s  3 what the workers' runs read
-- Returns 1 if it is the caller's turn, else 0.
local interval = redis.call('HGET', RECONCILE, 'interval')
-- From here on a run is expected to be completed.
if not interval or interval == '0' then redis.call('HSET', RECONCILE, 'since', server_now()) end
redis.call('HSET', RECONCILE, 'interval', ARGV[2], 'looks_at', ARGV[3])
if redis.call('SET', RECONCILE_TURN, ARGV[1], 'NX', 'PX', ARGV[2] * 1000) then return 1 end
return 0
