-- Read all that metrics, pages and the command line show of the fleet. It takes no longer with a
-- longer backlog: indexes are counted, and of each only a sample of the members is read.
-- ARGV  1 most members of an index to read, 0 for none
-- Returns JSON.
local now, most = server_now(), tonumber(ARGV[1])

local function first(index)
  return tonumber(redis.call('ZRANGE', index, 0, 0, 'WITHSCORES')[2])
end

-- How many jobs of which handler, of all or of a sample from twenty places of the index.
-- (ZRANDMEMBER takes some 20 us for each.)
local PLACES = 20
local function handlers(index, size)
  local found = {}
  if most == 0 then return found end
  local places = size > most and PLACES or 1
  local last = size > most and most / PLACES - 1 or most - 1
  for i = 0, places - 1 do
    local start = math.floor(i * size / places)
    for _, job in ipairs(redis.call('ZRANGE', index, start, start + last)) do
      local name = name_of(job)
      found[name] = (found[name] or 0) + 1
    end
  end
  return found
end

local function index(key)
  local size = redis.call('ZCARD', key)
  return {jobs = size, first = first(key), handlers = handlers(key, size)}
end

local names, queues = redis.call('SMEMBERS', QUEUES), {}
if redis.call('SISMEMBER', QUEUES, DELIVERIES_QUEUE) == 0 then
  table.insert(names, DELIVERIES_QUEUE)
end
for _, name in ipairs(names) do
  local queue = index(QUEUED .. name)
  -- A foreign value may have its name.
  local length = redis.pcall('LLEN', CELERY .. name)
  queue.messages = type(length) == 'number' and length or 0
  queues[name] = queue
end

local fleet = redis.call('HMGET', FLEET, 'told', 'swept')
local reported = fleet[1] and cjson.decode(fleet[1]) or {}
local downstreams = {}
for name, rate in pairs(reported.downstreams or {}) do
  downstreams[name] = {
    open_until = tonumber(redis.call('HGET', GATE .. name, 'until')) or 0,
    most = rate[1], ms = rate[2],
    used = rate[1] > 0 and redis.call('ZCOUNT', BUDGET .. name, now - rate[2], '+inf') or 0 }
end
local cap
if reported.brake then
  cap = {most = reported.brake[1], ms = reported.brake[2], campaign = reported.brake_campaign,
    admitted = redis.call('ZCOUNT', BRAKE, '(' .. now - reported.brake[2], '+inf')}
end

local canary = redis.call('HMGET', CANARY, 'since', 'handled')
local webhook = redis.call('HMGET', WEBHOOK, 'since', 'looked', 'state', 'listed')

local reconcile = redis.call('HMGET', RECONCILE, 'interval', 'since', 'completed')
local began = reconcile[1] and reconcile[1] ~= '0' and tonumber(reconcile[2]) or 0
local since = math.max(began, tonumber(reconcile[3] or 0))

-- Some hosted stores forbid it.
local memory = redis.pcall('INFO', 'memory')

return cjson.encode({
  now = now,
  queues = queues,
  fresh = {jobs = redis.call('ZCARD', FRESH), first = first(FRESH)},
  running = index(RUNNING), waiting = index(WAITING), failed = index(FAILED), held = index(HELD),
  completed = redis.call('XLEN', COMPLETED) + redis.call('LLEN', SETTLED),
  counts = redis.call('HGETALL', COUNTS),
  delay = redis.call('HGETALL', DELAY),
  tally = redis.call('HGETALL', TALLY),
  limits = redis.call('HGETALL', LIMITS),
  workers = redis.call('ZCOUNT', WORKERS, '(' .. now, '+inf'),
  reaped = tonumber(fleet[2]),
  downstreams = downstreams,
  cap = cap,
  canary = canary[1] and now - tonumber(canary[2] or canary[1]),
  webhook = webhook[1] and {
    age = now - tonumber(webhook[2] or webhook[1]), state = webhook[3], listed = webhook[4] },
  reconcile = {
    interval = reconcile[1], age = since > 0 and now - since,
    missing = redis.call('HLEN', MISSING), running = redis.call('EXISTS', RECONCILE_LOCK) == 1 },
  memory = type(memory) == 'string' and memory or '',
})
