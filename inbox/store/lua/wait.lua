-- (e) fail, will retry: running to waiting until the next try.
-- ARGV  1 job  2 fence  3 delay in ms  4 reason  5 error
--       6 where the error was, or ''
-- Gives the time of the next try in ms, or 0 if the lease is not the caller's.
local job, fence = ARGV[1], ARGV[2]
if not holds_lease(job, fence) then return 0 end
local now = server_now()
local next_try = now + tonumber(ARGV[3])
note_run(job, fence, now, ARGV[4], ARGV[5], ARGV[6])
redis.call('ZREM', RUNNING, job)
redis.call('HSET', JOB .. job, 'state', 'waiting', 'since', now)
redis.call('ZADD', WAITING, next_try, job)
count('retries')
return next_try
