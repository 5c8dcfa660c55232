-- The rate cap on revocations: admit a running job, or hold it until an operator releases it.
-- ARGV by name: job, fence, most (jobs) in ms, campaign ('' for none), and of one campaign
-- campaign_most (jobs) in campaign_ms
-- Returns 'admitted', 'held', or 'stale' if the lease is not the caller's.
local a = named()
local job, fence, campaign = a.job, a.fence, a.campaign
if not holds_lease(job, fence) then return 'stale' end
local key, now = JOB .. job, server_now()

-- A job that was admitted once, or released, is not counted again for its next try.
if redis.call('HEXISTS', key, 'admitted') == 1 then return 'admitted' end

local caps = {{ key = BRAKE, most = tonumber(a.most), ms = tonumber(a.ms),
  error = 'more revocations than REVOCATION_BRAKE allows' }}
if campaign ~= '' then
  -- First, so that the error names the campaign where both caps are reached.
  table.insert(caps, 1, { key = BRAKE .. ':' .. campaign,
    most = tonumber(a.campaign_most), ms = tonumber(a.campaign_ms),
    error = 'more revocations of campaign ' .. campaign .. ' than REVOCATION_BRAKE_CAMPAIGN allows' })
end

local error
for _, cap in ipairs(caps) do
  -- What is older than the window is removed only when there is no room: there are never more than most.
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
  'error', error .. ': check them, then release or discard')
redis.call('HINCRBY', key, 'tries', -1)
redis.call('ZADD', HELD, now, job)
count('held')
return 'held'
