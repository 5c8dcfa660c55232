-- (c) fan out: end the process job and enqueue its handlers' jobs, in one step.
-- ARGV by name: job, fence, outcome, window_ms (de-duplication), facts (JSON), identity ('' for
-- none), identity_of (assignment or event), life_ms (of the identity), customers (a blank between),
-- redacted (the body without personal data if a customer was erased, or ''), unwanted ('1' for an
-- event that no handler wants, else ''); then name and queue of each handler
-- Returns {'stale'}, {'fanned_out', jobs made}, {'same_assignment', the other delivery} or, with
-- nothing changed, {'erased'}: call again with the redacted body.
local a, first = named()

-- Count events by type, for the metrics. Voucherify may make any number of types; the first hundred
-- have their own counters.
local function count_event(kind, handled)
  if not kind then return end
  local name = 'event:' .. (handled and 'yes:' or 'no:')
  if redis.call('HINCRBY', TALLY, name .. kind, 1) > 1 then return end
  if redis.call('HINCRBY', TALLY, 'event_types', 1) <= tonumber(MOST_EVENT_TYPES) then return end
  redis.call('HINCRBY', TALLY, 'event_types', -1)
  redis.call('HDEL', TALLY, name .. kind)
  redis.call('HINCRBY', TALLY, name .. 'other', 1)
end

local job, fence, window = a.job, a.fence, tonumber(a.window_ms)
local customers, redacted = a.customers, a.redacted
local holds, number = holds_lease(job, fence)
if not holds then return {'stale'} end

local now = server_now()
local delivery = delivery_of(job)
local key = DELIVERY .. delivery
if redacted ~= '' then
  redact_body(delivery, redacted, now)
else
  for customer in string.gmatch(customers, '%S+') do
    if must_redact(delivery, customer) then return {'erased'} end
  end
end
redis.call('ZREM', RUNNING, job)

-- What is known of it, and for each handler its queue if its job is pending, or how it ended.
local names = {'received', 'trace', 'facts'}
for i = first, #ARGV, 2 do
  table.insert(names, 'owes:' .. ARGV[i])
  table.insert(names, 'end:' .. ARGV[i])
end
local known = redis.call('HMGET', key, unpack(names))
local fields = {'facts', a.facts}
count_event(cjson.decode(a.facts).event_type, #ARGV >= first)

if a.identity ~= '' then
  -- By the time received, a body that was sent again after its marker went differs from a
  -- second run of the same delivery.
  local mine = delivery .. ':' .. known[1]
  local identity = IDENTITY .. a.identity
  local other = archived('i:', a.identity)
  if other then
    count('same_assignment')
    end_job(job, 'same ' .. a.identity_of .. ' as delivery ' .. other, window, now, 0, fields)
    return {'same_assignment', other}
  end
  if not redis.call('SET', identity, mine, 'NX', 'PX', a.life_ms) then
    local first = redis.call('GET', identity)
    if first ~= mine then
      count('same_assignment')
      end_job(job, 'same ' .. a.identity_of .. ' as delivery ' .. delivery_of(first), window, now, 0, fields)
      return {'same_assignment', delivery_of(first)}
    end
    redis.call('PEXPIRE', identity, a.life_ms)
  end
  for _, word in ipairs({'identity', a.identity, 'identity_of', a.identity_of}) do
    table.insert(fields, word)
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
for i = first, #ARGV, 2 do
  local child, queue = delivery .. ':' .. ARGV[i], ARGV[i + 1]
  if not known[i - first + 4] and not known[i - first + 5] then
    for _, word in ipairs({'owes:' .. ARGV[i], queue}) do table.insert(fields, word) end
    redis.call('HSET', JOB .. child, 'state', 'queued', 'since', now, 'queue', queue, 'dispatches', 1)
    redis.call('ZADD', QUEUED .. queue, now, child)
    send(child, 1, queue, known[2] or '', parent)
    made = made + 1
  end
end
local function leave_marker(of, age)
  local bucket, field = place_of('d:', of)
  add_to_index(bucket, field, add_entry('c', now, of, string.format('+%.0f', age)))
end
-- One that was processed before has more to be remembered.
local nothing_else = a.unwanted == '1' and not known[3]
end_job(job, a.outcome, window, now, made, fields, nothing_else and leave_marker or nil)
return {'fanned_out', made}
