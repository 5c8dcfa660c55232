-- An operator's decision about many jobs is noted whole, before the first of them is moved.
-- ARGV  1 batch  2 action: retry, discard, release  3 who  4 why  5 what was chosen, in words
--       6 how long the note is kept in ms  7 most notes  8… tasks: each job with the dispatch it
--       was seen in
-- Gives 1, or 0 if this batch was noted before.
local id, now = ARGV[1], server_now()
local key = BATCH .. id
if redis.call('EXISTS', key) == 1 then return 0 end
local total = #ARGV - 7
for i = 8, #ARGV, 500 do
  redis.call('RPUSH', key .. ':tasks', unpack(ARGV, i, math.min(i + 499, #ARGV)))
end
redis.call('HSET', key, 'state', 'running', 'action', ARGV[2], 'who', ARGV[3], 'why', ARGV[4],
  'what', ARGV[5], 'total', total, 'next', 0, 'started', now, 'moved', now)
redis.call('PEXPIRE', key, ARGV[6])
redis.call('PEXPIRE', key .. ':tasks', ARGV[6])
redis.call('ZADD', BATCHES, now, id)
redis.call('SADD', BATCHES .. ':running', id)
for _, old in ipairs(redis.call('ZRANGE', BATCHES, 0, -1 - tonumber(ARGV[7]))) do
  if redis.call('SISMEMBER', BATCHES .. ':running', old) == 0 then
    redis.call('DEL', BATCH .. old, BATCH .. old .. ':tasks')
    redis.call('ZREM', BATCHES, old)
  end
end
audit(ARGV[3], ARGV[2], 'batch ' .. id .. ': ' .. ARGV[5], ARGV[4], total .. ' jobs')
return 1
