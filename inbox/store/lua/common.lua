-- Shared by every script: the clock, and the steps that several transitions take.
-- inbox/keys.py describes each key and field.

local function server_now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Arguments by name: ARGV begins with how many there are, then each name and its value. Returns them
-- as texts, and the place of the first argument behind them.
local function named()
  local found, first = {}, 2 * ARGV[1] + 2
  for i = 2, first - 1, 2 do found[ARGV[i]] = ARGV[i + 1] end
  return found, first
end

local function delivery_of(job) return string.sub(job, 1, 32) end
local function name_of(job) return string.sub(job, 34) end

local function count(what, by) redis.call('HINCRBY', COUNTS, what, by or 1) end

-- What is finished (inbox/archive). Where the index has a name of a kind, as `places.py`.
local function place_of(kind, name)
  local digest = redis.sha1hex(kind .. name)
  local function word(first) return tonumber(string.sub(digest, first, first + 7), 16) end
  return INDEX .. tonumber(string.sub(digest, 1, 4), 16) % BUCKETS,
    struct.pack('>I4I4I4', word(5), word(13), word(21))
end

local function packed_id(delivery)
  local function word(first) return tonumber(string.sub(delivery, first, first + 7), 16) end
  return struct.pack('>I4I4I4I4', word(1), word(9), word(17), word(25))
end

local STREAMS = {c = COMPLETED, a = ARCHIVE}

-- The delivery of an entry that has this name, or nil; of the one stream 'c' or 'a', or of both.
local function archived(kind, name, stream)
  local key, field = place_of(kind, name)
  for which, id in string.gmatch(redis.call('HGET', key, field) or '', '(%a)(%S+)') do
    if not stream or which == stream then
      local entry = redis.call('XRANGE', STREAMS[which], id, id)[1]
      if entry then
        return string.format('%08x%08x%08x%08x', struct.unpack('>I4I4I4I4', entry[2][2])), entry
      end
    end
  end
end

-- Add an entry, and return what the index says of it.
local function add_entry(stream, now, delivery, record)
  local words = {'d', packed_id(delivery), 'r', record}
  local id = redis.pcall('XADD', STREAMS[stream], string.format('%.0f-*', now), unpack(words))
  -- The clock was set back: ids only go up.
  if type(id) == 'table' then id = redis.call('XADD', STREAMS[stream], '*', unpack(words)) end
  return stream .. id
end

local function add_to_index(key, field, entry)
  if redis.call('HSETNX', key, field, entry) == 0 then
    redis.call('HSET', key, field, redis.call('HGET', key, field) .. ' ' .. entry)
  end
end

-- An unclaimed delivery is one string, for there may be millions (inbox/keys.py). Returns the time
-- received, the packed body and the trace headers or '', or nothing if it was claimed.
local function unclaimed(delivery)
  local received = redis.call('ZSCORE', FRESH, delivery)
  if not received then return end
  local text = redis.call('GET', DELIVERY .. delivery)
  -- A body that was deleted by hand must not stop the reaper for all others.
  if not text then redis.call('ZREM', FRESH, delivery) return end
  if string.sub(text, 1, 1) ~= '"' then return received, text, '' end
  local line = string.find(text, '\n', 1, true)
  return received, string.sub(text, line + 1), string.sub(text, 1, line - 1)
end

-- Write its hashes, which every other step knows: the delivery, and its process job with these
-- fields.
local function to_hashes(delivery, received, body, trace, ...)
  local key = DELIVERY .. delivery
  redis.call('ZREM', FRESH, delivery)
  redis.call('DEL', key)
  redis.call('HSET', key, 'body', body, 'received', received, 'owed', 1,
    unpack(trace ~= '' and {'trace', trace} or {}))
  redis.call('HSET', JOB .. delivery .. ':' .. PROCESS,
    'queue', DELIVERIES_QUEUE, 'dispatches', 1, ...)
end

-- The same without a claim: the job stays queued since it was accepted.
local function queue_unclaimed(delivery)
  local since, body, trace = unclaimed(delivery)
  if not since then return end
  to_hashes(delivery, since, body, trace, 'state', 'queued', 'since', since)
  redis.call('ZADD', QUEUED .. DELIVERIES_QUEUE, since, delivery .. ':' .. PROCESS)
end

-- Put a job's message into its queue (inbox/message.py). `trace` is the inside of a JSON object,
-- or ''. `parent` is given if it is neither the job's last task nor the first of `process`. Returns
-- the error of a queue that takes nothing, else nil.
local function send(job, number, queue, trace, parent)
  local message = job .. ':' .. number
  if parent then
    trace = '"parent_id":"' .. parent .. '"' .. (trace ~= '' and ',' or '') .. trace
  end
  if trace ~= '' then message = message .. ' {' .. trace .. '}' end
  -- A queue that takes nothing (a foreign value under its name, a right that is missing) must
  -- not stop a transition half-way: the job is queued, and the reaper finds its message lost.
  local sent = redis.pcall('LPUSH', CELERY .. queue, message)
  if type(sent) == 'number' then return nil end
  count('failed_publishes')
  return sent
end

-- The job of an element of a queue, and the number of its dispatch. The element is a message of
-- ours, or a whole Celery message that kombu gave back.
local function task_in(text)
  if string.sub(text, 1, 1) == '{' then
    return string.match(text, '"correlation_id":%s*"([^"]*):(%d+)"')
  end
  return string.match(text, '^([^ ]*):(%d+)')
end

-- Send the next message of a job, and store it as queued.
local function dispatch(job, queue, now)
  local key = JOB .. job
  local number = redis.call('HINCRBY', key, 'dispatches', 1)
  redis.call('HSET', key, 'state', 'queued', 'since', now)
  redis.call('ZADD', QUEUED .. queue, now, job)
  send(job, number, queue, redis.call('HGET', DELIVERY .. delivery_of(job), 'trace') or '')
end

-- Only the run that holds the lease may change a running job. Returns the number of its dispatch too.
local function holds_lease(job, fence)
  local state = redis.call('HMGET', JOB .. job, 'state', 'fence', 'dispatches')
  return state[1] == 'running' and state[2] == fence, state[3]
end

-- Add the run that ends now to the job's history, and remove the oldest of a long history. `trace`
-- says where an unexpected error was; none or '' for all others.
local function note_run(job, fence, now, reason, text, trace)
  local key = JOB .. job
  local found = redis.call('HMGET', key, 'dispatches', 'since')
  local run = cjson.encode({
    task = job .. ':' .. found[1], started = tonumber(found[2]), ended = now,
    reason = reason, error = text, trace = trace ~= '' and trace or nil })
  redis.call('HSET', key, 'run:' .. fence, run, 'reason', reason, 'error', text)
  if redis.call('HLEN', key) <= 30 then return end
  -- The numbers have gaps, because a postponed run is not stored.
  local runs = {}
  for _, field in ipairs(redis.call('HKEYS', key)) do
    local number = string.match(field, '^run:(%d+)$')
    if number then table.insert(runs, tonumber(number)) end
  end
  table.sort(runs)
  for i = 1, #runs - 30 do redis.call('HDEL', key, 'run:' .. runs[i]) end
end

-- The time from received to completed, for the metrics.
local function count_delay(age)
  local bucket = 'more'
  for _, seconds in ipairs(DELAY_BUCKETS) do
    if age <= tonumber(seconds) * 1000 then bucket = seconds break end
  end
  redis.call('HINCRBY', DELAY, bucket, 1)
  redis.call('HINCRBY', DELAY, 'sum_ms', age)
end

-- End a job. With the last one the delivery is completed: its body goes, and it waits to be folded.
-- `made` jobs were made by it; `fields` are written to the delivery in the same command. Given
-- `leave_marker`, that is all that stays of a delivery that is completed.
local function end_job(job, outcome, window, now, made, fields, leave_marker)
  local key, name = DELIVERY .. delivery_of(job), name_of(job)
  fields = fields or {}
  table.insert(fields, 'end:' .. name)
  table.insert(fields, outcome)
  local spent = name == PROCESS and redis.call('HMGET', JOB .. job, 'dispatches', 'fence')
  redis.call('DEL', JOB .. job)
  if redis.call('HINCRBY', key, 'owed', (made or 0) - 1) > 0 then
    if spent then
      -- If it is replayed, no task id and no number of a lease may come twice.
      for _, word in ipairs({'dispatches', spent[1], 'fence', spent[2]}) do
        table.insert(fields, word)
      end
    else
      redis.call('HDEL', key, 'owes:' .. name)
    end
    redis.call('HSET', key, unpack(fields))
    return
  end
  local delivery, found = delivery_of(job), redis.call('HMGET', key, 'received', 'customer')
  -- The server's clock may have been set back.
  local age = math.max(now - tonumber(found[1]), 0)
  if leave_marker then
    redis.call('DEL', key)
    leave_marker(delivery, age)
  else
    redis.call('HSET', key, 'settled', now, unpack(fields))
    redis.call('HDEL', key, 'body', 'trace', 'dispatches', 'fence', 'customer', 'owes:' .. name)
    for customer in string.gmatch(found[2] or '', '%S+') do
      redis.call('SREM', CUSTOMER .. customer, delivery)
    end
    -- In case that no worker folds it.
    redis.call('PEXPIRE', key, window)
    redis.call('RPUSH', SETTLED, delivery)
  end
  count('settled')
  count_delay(age)
end

local function set_failed(job, now)
  redis.call('HSET', JOB .. job, 'state', 'failed', 'since', now)
  redis.call('ZADD', FAILED, now, job)
  count('failed')
end

-- Redact the body: what is not personal stays, so that pending jobs can still be done.
local function redact_body(delivery, redacted, now)
  redis.call('HSET', DELIVERY .. delivery, 'body', redacted, 'erased', now)
  count('bodies_erased')
end

-- Whether a body about this customer must be redacted before its job continues.
local function must_redact(delivery, customer)
  return redis.call('EXISTS', ERASED .. customer) == 1
    and redis.call('HEXISTS', DELIVERY .. delivery, 'erased') == 0
end

local function audit(who, action, what, why, result)
  redis.call('XADD', AUDIT, 'MAXLEN', '~', 10000, '*',
    'who', who, 'action', action, 'what', what, 'why', why,
    unpack(result and {'result', result} or {}))
end
