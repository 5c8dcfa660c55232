-- (g) due, (h) lease over, (i) lost: send again what must run and has no message.
-- ARGV by name: caller, interval_ms, again ('1' for another call in this interval), most (jobs a
-- call), lease_ms, losses (most lost leases of one job); then queues
-- Returns {} if another worker reaps in this interval, else {due, lease over, lost, failed}.
local a, first = named()
local now = server_now()
local interval, most, lease = tonumber(a.interval_ms), tonumber(a.most), tonumber(a.lease_ms)

-- The lock only saves work: each step below is right whichever worker runs it.
if a.again ~= '1' and not redis.call('SET', SWEEPING, a.caller, 'NX', 'PX', interval) then
  return {}
end

local due = redis.call('ZRANGEBYSCORE', WAITING, '-inf', now, 'LIMIT', 0, most)
for _, job in ipairs(due) do
  redis.call('ZREM', WAITING, job)
  dispatch(job, redis.call('HGET', JOB .. job, 'queue'), now)
end

-- Many jobs run in one process. If one of them kills it and all are sent again at once, they run
-- beside that one until each has lost too many workers. So from its second loss on each job is
-- rescheduled separately, within a span that grows with each loss.
local SPAN = 30000
local function delay_of(job, losses)
  if losses < 2 then return 0 end
  local share = tonumber(string.sub(redis.sha1hex(job .. ':' .. losses), 1, 8), 16) / 2 ^ 32
  return math.floor(losses * SPAN * share)
end

local over, failed = 0, 0
for _, job in ipairs(redis.call('ZRANGEBYSCORE', RUNNING, '-inf', now, 'LIMIT', 0, most)) do
  local key = JOB .. job
  redis.call('ZREM', RUNNING, job)
  note_run(job, redis.call('HGET', key, 'fence'), now, 'worker_lost',
    'the worker died, froze or was cut off while it ran this job')
  local losses = redis.call('HINCRBY', key, 'losses', 1)
  local wait = delay_of(job, losses)
  if losses > tonumber(a.losses) then
    set_failed(job, now)
    failed = failed + 1
  elseif wait > 0 then
    redis.call('HSET', key, 'state', 'waiting', 'since', now)
    redis.call('ZADD', WAITING, now + wait, job)
    over = over + 1
  else
    dispatch(job, redis.call('HGET', key, 'queue'), now)
    over = over + 1
  end
end
if over > 0 then count('leases_over', over) end

-- Queues are first in, first out: a queued job older than the oldest message still in its queue
-- has left the queue. Either a worker has its message (then the lease's time must pass, because
-- that worker may be dead), or the message is lost. The queue is read twice, because between
-- taking a message and storing that, a message is nowhere.
local function oldest_in_queue(queue)
  -- The last element is the next to be delivered. A few may be of jobs long done or sent
  -- again since, and those that a worker gave back are in any order.
  local oldest
  for _, text in ipairs(redis.call('LRANGE', CELERY .. queue, -20, -1)) do
    local job, number = task_in(text)
    local score
    if job and queue == DELIVERIES_QUEUE and number == '1' then
      score = redis.call('ZSCORE', FRESH, delivery_of(job))
    end
    if job and not score and redis.call('HGET', JOB .. job, 'dispatches') == number then
      score = redis.call('ZSCORE', QUEUED .. queue, job)
    end
    if score then oldest = math.min(oldest or now, tonumber(score)) end
  end
  return oldest
end

local function is_held(job)
  local key = JOB .. job
  local found = redis.call('HMGET', key, 'dispatches', 'held')
  if redis.call('HEXISTS', UNACKED, job .. ':' .. found[1]) == 0 then return false end
  local number, since = string.match(found[2] or '', '^(%d+):(%d+)$')
  if number == found[1] then return now - tonumber(since) < lease end
  redis.call('HSET', key, 'held', found[1] .. ':' .. now)
  return true
end

local lost = 0
for i = first, #ARGV do
  local queue = ARGV[i]
  local before = now
  local length = redis.pcall('LLEN', CELERY .. queue)
  if type(length) ~= 'number' then
    -- Nothing can be sent there, and other queues must not wait for it.
    before = 0
  elseif length > 0 then
    before = oldest_in_queue(queue) or 0
  end
  local last = redis.call('HGET', LOOKED, queue) or '0:0'
  local before_then, read_at = string.match(last, '^(%d+):(%d+)$')
  if now - tonumber(read_at) >= interval / 2 then
    local gone = '(' .. math.min(before, tonumber(before_then))
    local held, unclaimed, left = 0, {}, nil
    repeat
      if queue == DELIVERIES_QUEUE then
        unclaimed = redis.call('ZRANGEBYSCORE', FRESH, '-inf', gone, 'LIMIT', 0, most)
        for _, delivery in ipairs(unclaimed) do queue_unclaimed(delivery) end
      end
      left = redis.call('ZRANGEBYSCORE', QUEUED .. queue, '-inf', gone, 'LIMIT', held, most)
      for _, job in ipairs(left) do
        if is_held(job) then
          held = held + 1
        else
          dispatch(job, queue, now)
          lost = lost + 1
        end
      end
    until (#left < most and #unclaimed < most) or lost >= most
    -- A queue with more of them continues from the same reading.
    if #left < most and #unclaimed < most then redis.call('HSET', LOOKED, queue, before .. ':' .. now) end
  end
end
if lost > 0 then count('lost_messages', lost) end

return {#due, over, lost, failed}
