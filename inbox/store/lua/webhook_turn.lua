-- Ask whether it is the caller's turn to check the webhook; one of the fleet does in each interval.
-- ARGV  1 caller  2 interval in ms  3 how long it is known after the last question, in ms
-- Returns 1, or 0 if it is not.
redis.call('HSETNX', WEBHOOK, 'since', server_now())
redis.call('PEXPIRE', WEBHOOK, ARGV[3])
return redis.call('SET', WEBHOOK_TURN, ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0
