-- (k) retention: keep what is stored for hindsight within its bounds: failed jobs and completed
-- deliveries by age and number, removals and effects by age. All other pending work stays.
-- ARGV by name: failed_seconds (longest a job stays failed), failed_most, settled_most (completed),
-- notice_ms (how long bounds of failed jobs must have been known), jobs and markers (most a call),
-- window_ms (de-duplication), memory_ms (of removals and effects), buckets (of the index a call)
-- Returns {now, failed jobs left, oldest's time or 0, markers left, markers dropped, 1 if a call
-- has more to do, job dropped, its reason, why it was dropped, …}.
local a = named()
local now = server_now()

-- Leave of a name of the index the entries that `is_kept` says, or delete it.
local function keep_entries(key, field, text, is_kept)
  local kept = {}
  for which, id in string.gmatch(text, '(%a)(%S+)') do
    if is_kept(which, id) then table.insert(kept, which .. id) end
  end
  local left = table.concat(kept, ' ')
  if left == '' then redis.call('HDEL', key, field)
  elseif left ~= text then redis.call('HSET', key, field, left) end
end

-- A completed delivery that is forgotten may come again; of a removal its record stays known.
local function forget_entry(entry)
  local delivery = string.format('%08x%08x%08x%08x', struct.unpack('>I4I4I4I4', entry[2][2]))
  local key, field = place_of('d:', delivery)
  local text = redis.call('HGET', key, field)
  if not text then return end
  keep_entries(key, field, text, function(which, id) return which .. id ~= 'c' .. entry[1] end)
end

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
  if #dropped > 0 then
    count('dropped_failed', #dropped / 3)
    -- Their deliveries are folded and counted in the next call.
    more = 1
  end
end

-- Completed deliveries: the oldest beyond the window, and beyond the number.
local window = tonumber(a.window_ms)
local beyond, early = redis.call('XLEN', COMPLETED) + redis.call('LLEN', SETTLED) - markers, 0
local oldest = redis.call('XRANGE', COMPLETED, '-', '+', 'COUNT', markers_a_call)
for i, entry in ipairs(oldest) do
  local is_over = now - tonumber(string.match(entry[1], '^%d+')) > window
  if not is_over and i > beyond then break end
  redis.call('XDEL', COMPLETED, entry[1])
  forget_entry(entry)
  if not is_over then early = early + 1 end
  if i == markers_a_call then more = 1 end
end
if early > 0 then count('dropped_settled', early) end

-- Records of removals and effects.
redis.call('XTRIM', ARCHIVE, 'MINID', string.format('%.0f', now - tonumber(a.memory_ms)))

-- Names of entries that are gone leave the index, some parts of it a call.
local first_left = {}
for which, stream in pairs(STREAMS) do
  local entry = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1]
  first_left[which] = entry and tonumber(string.match(entry[1], '^%d+')) or now
end
local function is_left(which, id) return tonumber(string.match(id, '^%d+')) >= first_left[which] end
local swept = tonumber(redis.call('HGET', LIMITS, 'swept') or 0)
for bucket = swept, swept + tonumber(a.buckets) - 1 do
  local key = INDEX .. bucket % BUCKETS
  local fields = redis.call('HGETALL', key)
  for i = 1, #fields, 2 do keep_entries(key, fields[i], fields[i + 1], is_left) end
end
redis.call('HSET', LIMITS, 'swept', (swept + tonumber(a.buckets)) % BUCKETS)

local left = redis.call('ZRANGE', FAILED, 0, 0, 'WITHSCORES')
return {now, redis.call('ZCARD', FAILED), tonumber(left[2] or 0), redis.call('XLEN', COMPLETED) + redis.call('LLEN', SETTLED),
  early, more, unpack(dropped)}
