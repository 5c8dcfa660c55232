-- Ask a worker what a job would do. Changes nothing of the job.
-- ARGV by name: job, asked_ms (how long to wait for a worker), working_ms (how long it may take),
-- made_ms (how long an answer is new), kept_ms (how long all of it is kept)
-- Returns 'asked', 'known' if it was asked for just now, or the state of a job without a plan.
local a = named()
local job, key, now = a.job, PLAN .. a.job, server_now()
queue_unclaimed(delivery_of(job))
local state = redis.call('HGET', JOB .. job, 'state')
if state ~= 'failed' and state ~= 'held' then return state or 'gone' end
local found = redis.call('HMGET', key, 'state', 'since')
if found[1] then
  local limit = tonumber(a[found[1] .. '_ms'])
  if now - tonumber(found[2]) < limit then return 'known' end
end
redis.call('DEL', key)
redis.call('HSET', key, 'state', 'asked', 'since', now, 'request', now)
redis.call('LREM', PLANS, 0, job)
redis.call('RPUSH', PLANS, job)
redis.call('PEXPIRE', key, a.kept_ms)
redis.call('PEXPIRE', PLANS, a.kept_ms)
return 'asked'
