-- (g) due, (h) lease over, (i) lost: what must run and has no message is sent again.
-- ARGV  1 caller  2 interval in ms  3 '1' to go on in this interval  4 most jobs a call
--       5 lease in ms  6 most lost leases of one job  7… queues
-- Gives {} if another worker sweeps this interval, else {due, lease over, lost, given up}.
local now = server_now()
local interval, most, lease = tonumber(ARGV[2]), tonumber(ARGV[4]), tonumber(ARGV[5])

-- The lock only saves work: each step below is right whoever takes it.
if ARGV[3] ~= '1' and not redis.call('SET', SWEEPING, ARGV[1], 'NX', 'PX', interval) then
  return {}
end

local due = redis.call('ZRANGEBYSCORE', WAITING, '-inf', now, 'LIMIT', 0, most)
for _, job in ipairs(due) do
  redis.call('ZREM', WAITING, job)
  dispatch(job, redis.call('HGET', JOB .. job, 'queue'), now)
end

local over, given_up = 0, 0
for _, job in ipairs(redis.call('ZRANGEBYSCORE', RUNNING, '-inf', now, 'LIMIT', 0, most)) do
  local key = JOB .. job
  redis.call('ZREM', RUNNING, job)
  note_run(job, redis.call('HGET', key, 'fence'), now, 'worker_lost',
    'the worker died, froze or was cut off while it ran this job')
  if redis.call('HINCRBY', key, 'losses', 1) > tonumber(ARGV[6]) then
    fail_for_good(job, now)
    given_up = given_up + 1
  else
    dispatch(job, redis.call('HGET', key, 'queue'), now)
    over = over + 1
  end
end
if over > 0 then count('leases_over', over) end

-- Queues are first in, first out: a queued job older than the oldest message still in its
-- queue has left the queue. A worker holds its message (then the lease's time must pass,
-- for that worker may be dead), or nobody does (then it is lost; it is looked at twice,
-- for between taking a message and noting that, it is nowhere).
local function oldest_in_queue(queue)
  -- The last element is the next to be delivered. A few may belong to jobs long done.
  local last = redis.call('LRANGE', queue, -20, -1)
  for i = #last, 1, -1 do
    local job = string.match(last[i], '"correlation_id":%s*"([^"]*):%d+"')
    local score = job and redis.call('ZSCORE', QUEUED .. queue, job)
    if score then return tonumber(score) end
  end
end

local lost = 0
for i = 7, #ARGV do
  local queue = ARGV[i]
  local before = now
  if redis.call('LLEN', queue) > 0 then before = oldest_in_queue(queue) or 0 end
  local left = redis.call('ZRANGEBYSCORE', QUEUED .. queue, '-inf', '(' .. before, 'LIMIT', 0, most)
  for _, job in ipairs(left) do
    local key = JOB .. job
    local found = redis.call('HMGET', key, 'dispatches', 'unseen')
    local number, unseen = string.match(found[2] or '', '^(%d+):(%d+)$')
    if number ~= found[1] then
      redis.call('HSET', key, 'unseen', found[1] .. ':' .. now)
    else
      local held = redis.call('HEXISTS', UNACKED, job .. ':' .. found[1]) == 1
      local patience = held and lease or interval / 2
      if now - tonumber(unseen) >= patience then
        dispatch(job, queue, now)
        lost = lost + 1
      end
    end
  end
end
if lost > 0 then count('lost_messages', lost) end

return {#due, over, lost, given_up}
