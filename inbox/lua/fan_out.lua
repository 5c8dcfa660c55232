-- (c) fan out: the process job is done and its handlers' jobs are owed, in one step.
-- ARGV  1 job  2 fence  3 outcome  4 de-duplication window in ms  5 facts (JSON)
--       6 identity or ''  7 identity's life in ms  8 customer or ''
--       9 what remains of the body if the customer was erased, or ''
--       10… name and queue of each handler
-- Gives {'stale'}, {'fanned_out', jobs made}, {'same_assignment', the other delivery} or,
-- with nothing changed, {'erased'}: to be called again with what remains of the body.
local job, fence, window = ARGV[1], ARGV[2], tonumber(ARGV[4])
local customer, reduced = ARGV[8], ARGV[9]
if not holds_lease(job, fence) then return {'stale'} end

local now = server_now()
local delivery = delivery_of(job)
local key = DELIVERY .. delivery
if reduced ~= '' then
  reduce_body(delivery, reduced, now)
elseif customer ~= '' and must_reduce(delivery, customer) then
  return {'erased'}
end
redis.call('ZREM', RUNNING, job)
redis.call('HSET', key, 'facts', ARGV[5])

if ARGV[6] ~= '' then
  -- The time received tells a body that was sent again after its marker went from a
  -- second run of the same delivery.
  local mine = delivery .. ':' .. redis.call('HGET', key, 'received')
  local first = redis.call('GET', IDENTITY .. ARGV[6])
  if first and first ~= mine then
    count('same_assignment')
    end_job(job, 'same assignment as delivery ' .. delivery_of(first), window, now)
    return {'same_assignment', delivery_of(first)}
  end
  redis.call('SET', IDENTITY .. ARGV[6], mine, 'PX', ARGV[7])
end

if customer ~= '' then
  redis.call('HSET', key, 'customer', customer)
  redis.call('SADD', CUSTOMER .. customer, delivery)
end

local number = redis.call('HGET', JOB .. job, 'dispatches')
local parent = number ~= '1' and job .. ':' .. number or nil
local trace = redis.call('HGET', key, 'trace') or ''
local made = 0
for i = 10, #ARGV, 2 do
  local child, queue = delivery .. ':' .. ARGV[i], ARGV[i + 1]
  local known = redis.call('EXISTS', JOB .. child) == 1
    or redis.call('HEXISTS', key, 'end:' .. ARGV[i]) == 1
  if not known then
    redis.call('HINCRBY', key, 'owed', 1)
    redis.call('HSET', key, 'owes:' .. ARGV[i], queue)
    redis.call('HSET', JOB .. child, 'state', 'queued', 'since', now, 'queue', queue, 'dispatches', 1)
    redis.call('ZADD', QUEUED .. queue, now, child)
    send(child, 1, queue, trace, parent)
    made = made + 1
  end
end
end_job(job, ARGV[3], window, now)
return {'fanned_out', made}
