-- Ask a worker what a job would do. Changes nothing of the job.
-- ARGV  1 job  2 how long a worker is waited for in ms  3 how long one may take in ms
--       4 how long an answer is new in ms  5 how long all of it is kept in ms
-- Gives 'asked', 'known' if it was asked for just now, or the state in which a job has no plan.
local job, key, now = ARGV[1], PLAN .. ARGV[1], server_now()
unfold_queued(delivery_of(job))
local state = redis.call('HGET', JOB .. job, 'state')
if state ~= 'failed' and state ~= 'held' then return state or 'gone' end
local found = redis.call('HMGET', key, 'state', 'since')
if found[1] then
  local limit = tonumber(ARGV[({asked = 2, working = 3, made = 4})[found[1]]])
  if now - tonumber(found[2]) < limit then return 'known' end
end
redis.call('DEL', key)
redis.call('HSET', key, 'state', 'asked', 'since', now, 'request', now)
redis.call('LREM', PLANS, 0, job)
redis.call('RPUSH', PLANS, job)
redis.call('PEXPIRE', key, ARGV[5])
redis.call('PEXPIRE', PLANS, ARGV[5])
return 'asked'
