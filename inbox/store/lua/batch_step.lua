-- Decide about the next jobs of a batch, and note how far it is, in one step: whoever goes on
-- after a crash, or beside another, meets no job a second time.
-- ARGV  1 batch  2 most jobs  3 de-duplication window in ms  4 '' or 'stop': leave the rest
--       5 how many of its jobs are kept when it has ended
-- Gives 1 if there is more to do, else 0.
local id = ARGV[1]
local key, now = BATCH .. id, server_now()
local found = redis.call('HMGET', key, 'state', 'action', 'who', 'why', 'next', 'total')
if found[1] ~= 'running' then
  redis.call('SREM', BATCHES .. ':running', id)
  return 0
end
local first, total = tonumber(found[5]), tonumber(found[6])
local tasks = {}
if ARGV[4] == '' then
  tasks = redis.call('LRANGE', key .. ':tasks', first, first + tonumber(ARGV[2]) - 1)
end
for _, task in ipairs(tasks) do
  local job, seen = string.match(task, '^(.+):(%d+)$')
  local done, word = decide[found[2]](job, seen, found[3], found[4], now, tonumber(ARGV[3]))
  redis.call('HINCRBY', key, (done and 'done:' or 'refused:') .. word, 1)
end
redis.call('HSET', key, 'next', first + #tasks, 'moved', now)
if #tasks > 0 and first + #tasks < total then return 1 end

redis.call('HSET', key, 'state', ARGV[4] == '' and 'finished' or 'stopped', 'ended', now)
redis.call('SREM', BATCHES .. ':running', id)
-- Of the first ones it is told what became of them; of the others nothing is asked any more.
redis.call('LTRIM', key .. ':tasks', 0, tonumber(ARGV[5]) - 1)
local results = {}
local fields = redis.call('HGETALL', key)
for i = 1, #fields, 2 do
  local how, word = string.match(fields[i], '^(%l+):(.+)$')
  if how == 'done' then table.insert(results, fields[i + 1] .. ' ' .. word) end
  if how == 'refused' then table.insert(results, fields[i + 1] .. ' refused: ' .. word) end
end
if first + #tasks < total then table.insert(results, total - first - #tasks .. ' left alone') end
table.sort(results)
audit(found[3], found[2] .. (ARGV[4] == '' and ' ended' or ' stopped'), 'batch ' .. id, found[4],
  table.concat(results, ', '))
return 0
