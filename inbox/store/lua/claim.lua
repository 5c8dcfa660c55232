-- (b) claim: queued, or waiting and due, to running under a lease.
-- ARGV  1 job  2 lease in ms  3 name of the call: one whose answer was lost is answered again
-- Returns {'claimed', fence, tries, received, now, queue, body, 1 if an operator has sent it again,
-- else 0, 1 if the body was redacted, else 0} or {'refused', state}; the state is 'newer' if a newer
-- release packed the body, and then the reaper sends it again to another worker.
local job, lease = ARGV[1], tonumber(ARGV[2])
local key, delivery = JOB .. job, delivery_of(job)
local now = server_now()
local function is_newer(body) return (string.byte(body or '') or 0) > tonumber(NEWEST_PACKING) end

local found = redis.call('HMGET', key, 'state', 'queue', 'fence', 'tries', 'held', 'decided',
  'by', 'since')
local state, queue = found[1], found[2]
if not state then
  local received, body, trace = unclaimed(delivery)
  if not received or name_of(job) ~= PROCESS then return {'refused', 'gone'} end
  if is_newer(body) then return {'refused', 'newer'} end
  to_hashes(delivery, received, body, trace,
    'state', 'running', 'since', now, 'fence', 1, 'tries', 1, 'by', ARGV[3])
  redis.call('ZADD', RUNNING, now + lease, job)
  return {'claimed', 1, 1, received, now, DELIVERIES_QUEUE, body, 0, 0}
end

local function claimed(fence, tries, since, of_delivery)
  return {'claimed', fence, tries, of_delivery[1], since, queue, of_delivery[2],
    found[6] and 1 or 0, of_delivery[3] and 1 or 0}
end

if state == 'running' and found[7] == ARGV[3] then
  return claimed(tonumber(found[3]), tonumber(found[4]), tonumber(found[8]),
    redis.call('HMGET', DELIVERY .. delivery, 'received', 'body', 'erased'))
end
local index = QUEUED .. queue
if state == 'waiting' then
  -- A stale message must not shorten a wait that a downstream asked for.
  if tonumber(redis.call('ZSCORE', WAITING, job)) > now then return {'refused', 'waiting'} end
  index = WAITING
elseif state ~= 'queued' then
  return {'refused', state}
end
local of_delivery = redis.call('HMGET', DELIVERY .. delivery, 'received', 'body', 'erased')
if is_newer(of_delivery[2]) then return {'refused', 'newer'} end

redis.call('ZREM', index, job)
redis.call('ZADD', RUNNING, now + lease, job)
local fence, tries = (found[3] or 0) + 1, (found[4] or 0) + 1
redis.call('HSET', key, 'state', 'running', 'since', now, 'fence', fence, 'tries', tries,
  'by', ARGV[3])
if found[5] then redis.call('HDEL', key, 'held') end
return claimed(fence, tries, now, of_delivery)
