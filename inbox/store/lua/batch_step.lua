-- Decide about the next jobs of a batch and store its progress, in one step: a caller that resumes
-- it after a crash, or works beside another, decides about no job twice.
-- ARGV by name: batch, most (jobs), window_ms (de-duplication), stop ('' or 'stop': leave the
-- rest), watched (how many of its jobs are kept when it has ended)
-- Returns 1 if there is more to do, else 0.
local a = named()
local id = a.batch
local key, now = BATCH .. id, server_now()
local found = redis.call('HMGET', key, 'state', 'action', 'who', 'why', 'next', 'total')
if found[1] ~= 'running' then
  redis.call('SREM', BATCHES .. ':running', id)
  return 0
end
local first, total = tonumber(found[5]), tonumber(found[6])
local tasks = {}
if a.stop == '' then
  tasks = redis.call('LRANGE', key .. ':tasks', first, first + tonumber(a.most) - 1)
end
for _, task in ipairs(tasks) do
  local job, seen = string.match(task, '^(.+):(%d+)$')
  local done, word = decide[found[2]](job, seen, found[3], found[4], now, tonumber(a.window_ms))
  redis.call('HINCRBY', key, (done and 'done:' or 'refused:') .. word, 1)
end
redis.call('HSET', key, 'next', first + #tasks, 'moved', now)
if #tasks > 0 and first + #tasks < total then return 1 end

redis.call('HSET', key, 'state', a.stop == '' and 'finished' or 'stopped', 'ended', now)
redis.call('SREM', BATCHES .. ':running', id)
-- Only of the first jobs is it shown what became of them.
redis.call('LTRIM', key .. ':tasks', 0, tonumber(a.watched) - 1)
local results = {}
local fields = redis.call('HGETALL', key)
for i = 1, #fields, 2 do
  local how, word = string.match(fields[i], '^(%l+):(.+)$')
  if how == 'done' then table.insert(results, fields[i + 1] .. ' ' .. word) end
  if how == 'refused' then table.insert(results, fields[i + 1] .. ' refused: ' .. word) end
end
if first + #tasks < total then table.insert(results, total - first - #tasks .. ' left alone') end
table.sort(results)
audit(found[3], found[2] .. (a.stop == '' and ' ended' or ' stopped'), 'batch ' .. id, found[4],
  table.concat(results, ', '))
return 0
