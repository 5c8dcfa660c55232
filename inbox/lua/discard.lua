-- (j) discard: failed or held to discarded; it counts as settled.
-- ARGV  1 job  2 who  3 why  4 de-duplication window in ms
-- Gives {'discarded'} or {'refused', state}.
local job = ARGV[1]
local state = redis.call('HGET', JOB .. job, 'state')
if state ~= 'failed' and state ~= 'held' then return {'refused', state or 'gone'} end
redis.call('ZREM', FAILED, job)
redis.call('ZREM', HELD, job)
end_job(job, 'discarded by ' .. ARGV[2], tonumber(ARGV[4]), server_now())
audit(ARGV[2], 'discard', job, ARGV[3])
count('operator_discards')
return {'discarded'}
