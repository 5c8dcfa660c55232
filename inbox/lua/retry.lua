-- (j) retry: failed to queued, with all its tries again.
-- ARGV  1 job  2 who  3 why
-- Gives {'queued'} or {'refused', state}.
local job = ARGV[1]
local key = JOB .. job
local found = redis.call('HMGET', key, 'state', 'queue')
if found[1] ~= 'failed' then return {'refused', found[1] or 'gone'} end
redis.call('ZREM', FAILED, job)
redis.call('HSET', key, 'tries', 0, 'losses', 0)
dispatch(job, found[2], server_now())
audit(ARGV[2], 'retry', job, ARGV[3])
count('operator_retries')
return {'queued'}
