-- (b) claim: queued, or waiting and due, to running under a lease.
-- ARGV  1 job  2 lease in ms
-- Gives {'claimed', fence, tries, received, now, queue, body} or {'refused', state}.
local job, lease = ARGV[1], tonumber(ARGV[2])
local key = JOB .. job
local now = server_now()
local found = redis.call('HMGET', key, 'state', 'queue')
local state, queue = found[1], found[2]

if not state then
  if name_of(job) ~= PROCESS then return {'refused', 'gone'} end
  local received, body = unfold(delivery_of(job),
    'state', 'running', 'since', now, 'fence', 1, 'tries', 1)
  if not received then return {'refused', 'gone'} end
  redis.call('ZADD', RUNNING, now + lease, job)
  return {'claimed', 1, 1, received, now, DELIVERIES_QUEUE, body}
end
if state == 'waiting' then
  -- A stale message must not cut short a wait that a downstream asked for.
  if tonumber(redis.call('ZSCORE', WAITING, job)) > now then return {'refused', 'waiting'} end
elseif state ~= 'queued' then
  return {'refused', state}
end

redis.call('ZREM', QUEUED .. queue, job)
redis.call('ZREM', WAITING, job)
redis.call('ZADD', RUNNING, now + lease, job)
redis.call('HSET', key, 'state', 'running', 'since', now)
redis.call('HDEL', key, 'held')
local fence = redis.call('HINCRBY', key, 'fence', 1)
local tries = redis.call('HINCRBY', key, 'tries', 1)
local delivery = redis.call('HMGET', DELIVERY .. delivery_of(job), 'received', 'body')
return {'claimed', fence, tries, delivery[1], now, queue, delivery[2]}
