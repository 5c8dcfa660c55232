-- (k) retention: keep what is stored for hindsight within its bounds: failed jobs by age and
-- number, markers of completed deliveries by number (their TTL is their age). All other pending
-- work stays.
-- ARGV by name: failed_seconds (longest a job stays failed), failed_most, settled_most (markers),
-- notice_ms (how long bounds of failed jobs must have been known), jobs and markers (most a call),
-- window_ms (de-duplication)
-- Returns {now, failed jobs left, oldest's time or 0, markers left, markers dropped, 1 if a call
-- has more to do, job dropped, its reason, why it was dropped, …}.
local a = named()
local now = server_now()
local keep, most, markers = tonumber(a.failed_seconds) * 1000, tonumber(a.failed_most), tonumber(a.settled_most)
local jobs_a_call, markers_a_call = tonumber(a.jobs), tonumber(a.markers)

-- A tighter bound shows in the metrics, which read it here, before it drops anything.
local known = redis.call('HMGET', LIMITS, 'failed_seconds', 'failed_most', 'since')
local since = tonumber(known[3] or now)
if known[1] ~= a.failed_seconds or known[2] ~= a.failed_most then since = now end
redis.call('HSET', LIMITS, 'failed_seconds', a.failed_seconds, 'failed_most', a.failed_most,
  'settled_most', a.settled_most, 'since', since)

local dropped, more = {}, 0
if now - since >= tonumber(a.notice_ms) then
  local over = redis.call('ZCARD', FAILED) - most
  local oldest = redis.call('ZRANGE', FAILED, 0, jobs_a_call - 1, 'WITHSCORES')
  for i = 1, #oldest, 2 do
    local job, why = oldest[i], nil
    if now - tonumber(oldest[i + 1]) > keep then
      why = 'failed longer than FAILED_KEEP_SECONDS'
    elseif (i + 1) / 2 <= over then
      why = 'more failed jobs than FAILED_KEEP_MOST'
    else
      break
    end
    redis.call('ZREM', FAILED, job)
    local found = redis.call('HMGET', JOB .. job, 'state', 'reason')
    if found[1] == 'failed' then
      end_job(job, 'dropped: ' .. why, tonumber(a.window_ms), now)
      audit('perkhook', 'drop', job, why)
      for _, word in ipairs({job, found[2] or '', why}) do table.insert(dropped, word) end
    end
    if (i + 1) / 2 == jobs_a_call then more = 1 end
  end
  if #dropped > 0 then count('dropped_failed', #dropped / 3) end
end

-- The list is in the order of completion, which is nearly that of expiry: what has expired is
-- skipped at the head. An entry whose delivery came again and has pending jobs is of an earlier
-- life (an unclaimed delivery is no hash, hence pcall).
local beyond = redis.call('LLEN', SETTLED) - markers
local passed, early = 0, 0
for i, delivery in ipairs(redis.call('LRANGE', SETTLED, 0, markers_a_call - 1)) do
  local key = DELIVERY .. delivery
  if redis.pcall('HEXISTS', key, 'settled') == 1 then
    if i > beyond then break end
    redis.call('DEL', key)
    early = early + 1
  end
  passed = i
end
if passed > 0 then redis.call('LPOP', SETTLED, passed) end
if passed == markers_a_call then more = 1 end
if early > 0 then count('dropped_settled', early) end

local left = redis.call('ZRANGE', FAILED, 0, 0, 'WITHSCORES')
return {now, redis.call('ZCARD', FAILED), tonumber(left[2] or 0), redis.call('LLEN', SETTLED),
  early, more, unpack(dropped)}
