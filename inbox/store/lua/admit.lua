-- The brake: let a running job act, or hold it until an operator releases it.
-- ARGV  1 job  2 fence  3 most jobs  4 in so many ms
--       5 the campaign that it counts for, or ''  6 most jobs of one campaign  7 in so many ms
-- Gives 'admitted', 'held', or 'stale' if the lease is not the caller's.
local job, fence, campaign = ARGV[1], ARGV[2], ARGV[5]
if not holds_lease(job, fence) then return 'stale' end
local key, now = JOB .. job, server_now()

-- A job that was let through once, or released, needs no second leave for its next try.
if redis.call('HEXISTS', key, 'admitted') == 1 then return 'admitted' end

local caps = {{ key = BRAKE, most = tonumber(ARGV[3]), ms = tonumber(ARGV[4]),
  error = 'more revocations than REVOCATION_BRAKE allows' }}
if campaign ~= '' then
  -- First, so that the error names the campaign where both caps are reached.
  table.insert(caps, 1, { key = BRAKE .. ':' .. campaign,
    most = tonumber(ARGV[6]), ms = tonumber(ARGV[7]),
    error = 'more revocations of campaign ' .. campaign .. ' than REVOCATION_BRAKE_CAMPAIGN allows' })
end

local error
for _, cap in ipairs(caps) do
  -- What is older than the window goes only when there is no room: there are never more than most.
  if redis.call('ZCARD', cap.key) >= cap.most then
    redis.call('ZREMRANGEBYSCORE', cap.key, '-inf', now - cap.ms)
    if redis.call('ZCARD', cap.key) >= cap.most then error = cap.error break end
  end
end
if not error then
  for _, cap in ipairs(caps) do
    redis.call('ZADD', cap.key, now, job)
    redis.call('PEXPIRE', cap.key, cap.ms)
  end
  redis.call('HSET', key, 'admitted', now)
  return 'admitted'
end

redis.call('ZREM', RUNNING, job)
redis.call('HSET', key, 'state', 'held', 'since', now, 'reason', 'held_by_brake',
  'error', error .. ': look at them, then release or discard')
redis.call('HINCRBY', key, 'tries', -1)
redis.call('ZADD', HELD, now, job)
count('held')
return 'held'
