-- release: held to queued, past the brake.
-- ARGV  1 job  2 who  3 why
-- Gives {'queued'} or {'refused', state}.
local job = ARGV[1]
local key = JOB .. job
local found = redis.call('HMGET', key, 'state', 'queue')
if found[1] ~= 'held' then return {'refused', found[1] or 'gone'} end
local now = server_now()
redis.call('ZREM', HELD, job)
redis.call('HSET', key, 'admitted', now)
dispatch(job, found[2], now)
audit(ARGV[2], 'release', job, ARGV[3])
count('operator_releases')
return {'queued'}
