-- (e) fail, will retry: running to waiting until the next try.
-- ARGV by name: job, fence, delay_ms, reason, error, trace (where the error was, or '')
-- Returns the time of the next try in ms, or 0 if the lease is not the caller's.
local a = named()
local job, fence = a.job, a.fence
if not holds_lease(job, fence) then return 0 end
local now = server_now()
local next_try = now + tonumber(a.delay_ms)
note_run(job, fence, now, a.reason, a.error, a.trace)
redis.call('ZREM', RUNNING, job)
redis.call('HSET', JOB .. job, 'state', 'waiting', 'since', now)
redis.call('ZADD', WAITING, next_try, job)
count('retries')
return next_try
