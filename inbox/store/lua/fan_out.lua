-- (c) fan out: the process job is done and its handlers' jobs are owed, in one step.
-- ARGV  1 job  2 fence  3 outcome  4 de-duplication window in ms  5 facts (JSON)
--       6 identity or ''  7 identity's life in ms  8 customers, a blank between
--       9 what remains of the body if the customer was erased, or ''
--       10 what it is the identity of  11… name and queue of each handler
-- Gives {'stale'}, {'fanned_out', jobs made}, {'same_assignment', the other delivery} or,
-- with nothing changed, {'erased'}: to be called again with what remains of the body.

-- Events by type, for the metrics. Types are as many as Voucherify makes; the first hundred names
-- have counters of their own.
local function count_event(kind, handled)
  if not kind then return end
  local name = 'event:' .. (handled and 'yes:' or 'no:')
  if redis.call('HINCRBY', TALLY, name .. kind, 1) > 1 then return end
  if redis.call('HINCRBY', TALLY, 'event_types', 1) <= tonumber(MOST_EVENT_TYPES) then return end
  redis.call('HINCRBY', TALLY, 'event_types', -1)
  redis.call('HDEL', TALLY, name .. kind)
  redis.call('HINCRBY', TALLY, name .. 'other', 1)
end

local job, fence, window = ARGV[1], ARGV[2], tonumber(ARGV[4])
local customers, reduced = ARGV[8], ARGV[9]
local holds, number = holds_lease(job, fence)
if not holds then return {'stale'} end

local now = server_now()
local delivery = delivery_of(job)
local key = DELIVERY .. delivery
if reduced ~= '' then
  reduce_body(delivery, reduced, now)
else
  for customer in string.gmatch(customers, '%S+') do
    if must_reduce(delivery, customer) then return {'erased'} end
  end
end
redis.call('ZREM', RUNNING, job)

-- What is known of it, and for each handler its queue if it is owed, or how it ended.
local names = {'received', 'trace'}
for i = 11, #ARGV, 2 do
  table.insert(names, 'owes:' .. ARGV[i])
  table.insert(names, 'end:' .. ARGV[i])
end
local known = redis.call('HMGET', key, unpack(names))
local fields = {'facts', ARGV[5]}
count_event(cjson.decode(ARGV[5]).event_type, #ARGV > 10)

if ARGV[6] ~= '' then
  -- The time received tells a body that was sent again after its marker went from a
  -- second run of the same delivery.
  local mine = delivery .. ':' .. known[1]
  local identity = IDENTITY .. ARGV[6]
  if not redis.call('SET', identity, mine, 'NX', 'PX', ARGV[7]) then
    local first = redis.call('GET', identity)
    if first ~= mine then
      count('same_assignment')
      end_job(job, 'same ' .. ARGV[10] .. ' as delivery ' .. delivery_of(first), window, now, 0, fields)
      return {'same_assignment', delivery_of(first)}
    end
    redis.call('PEXPIRE', identity, ARGV[7])
  end
end

if customers ~= '' then
  for _, word in ipairs({'customer', customers}) do table.insert(fields, word) end
  for customer in string.gmatch(customers, '%S+') do
    redis.call('SADD', CUSTOMER .. customer, delivery)
  end
end

local parent = number ~= '1' and job .. ':' .. number or nil
local made = 0
for i = 11, #ARGV, 2 do
  local child, queue = delivery .. ':' .. ARGV[i], ARGV[i + 1]
  if not known[i - 8] and not known[i - 7] then
    for _, word in ipairs({'owes:' .. ARGV[i], queue}) do table.insert(fields, word) end
    redis.call('HSET', JOB .. child, 'state', 'queued', 'since', now, 'queue', queue, 'dispatches', 1)
    redis.call('ZADD', QUEUED .. queue, now, child)
    send(child, 1, queue, known[2] or '', parent)
    made = made + 1
  end
end
end_job(job, ARGV[3], window, now, made, fields)
return {'fanned_out', made}
