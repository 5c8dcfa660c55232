-- The brake: let a running job act, or hold it until an operator releases it.
-- ARGV  1 job  2 fence  3 most jobs  4 in so many ms
-- Gives 'admitted', 'held', or 'stale' if the lease is not the caller's.
local job, fence, most, window = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
if not holds_lease(job, fence) then return 'stale' end
local key, now = JOB .. job, server_now()

-- A job that was let through once, or released, needs no second leave for its next try.
if redis.call('HEXISTS', key, 'admitted') == 1 then return 'admitted' end
redis.call('ZREMRANGEBYSCORE', BRAKE, '-inf', now - window)
if redis.call('ZCARD', BRAKE) < most then
  redis.call('ZADD', BRAKE, now, job)
  redis.call('PEXPIRE', BRAKE, window)
  redis.call('HSET', key, 'admitted', now)
  return 'admitted'
end

redis.call('ZREM', RUNNING, job)
redis.call('HSET', key, 'state', 'held', 'since', now, 'reason', 'held_by_brake',
  'error', 'more revocations than REVOCATION_BRAKE allows: look at them, then release or discard')
redis.call('HINCRBY', key, 'tries', -1)
redis.call('ZADD', HELD, now, job)
count('held')
return 'held'
