-- Ask whether it is the caller's turn to send a canary; one of the fleet sends in each interval.
-- ARGV  1 caller  2 interval in ms  3 how long the canary is known after the last question, in ms
-- Returns the time in ms, or 0 if it is not.
local now = server_now()
redis.call('HSETNX', CANARY, 'since', now)
redis.call('PEXPIRE', CANARY, ARGV[3])
if not redis.call('SET', CANARY_TURN, ARGV[1], 'NX', 'PX', ARGV[2]) then return 0 end
redis.call('HINCRBY', CANARY, 'sent', 1)
return now
