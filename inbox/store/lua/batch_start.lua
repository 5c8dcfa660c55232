-- Store an operator's decision about many jobs whole, before the first of them is moved.
-- ARGV by name: batch, action (retry, discard, release), who, why, what (was chosen, in words),
-- kept_ms (how long the batch is kept), most (batches kept); then tasks: each job with the dispatch
-- that was seen
-- Returns 1, or 0 if this batch was stored before.
local a, first = named()
local id, now = a.batch, server_now()
local key = BATCH .. id
if redis.call('EXISTS', key) == 1 then return 0 end
local total = #ARGV - first + 1
for i = first, #ARGV, 500 do
  redis.call('RPUSH', key .. ':tasks', unpack(ARGV, i, math.min(i + 499, #ARGV)))
end
redis.call('HSET', key, 'state', 'running', 'action', a.action, 'who', a.who, 'why', a.why,
  'what', a.what, 'total', total, 'next', 0, 'started', now, 'moved', now)
redis.call('PEXPIRE', key, a.kept_ms)
redis.call('PEXPIRE', key .. ':tasks', a.kept_ms)
redis.call('ZADD', BATCHES, now, id)
redis.call('SADD', BATCHES .. ':running', id)
for _, old in ipairs(redis.call('ZRANGE', BATCHES, 0, -1 - tonumber(a.most))) do
  if redis.call('SISMEMBER', BATCHES .. ':running', old) == 0 then
    redis.call('DEL', BATCH .. old, BATCH .. old .. ':tasks')
    redis.call('ZREM', BATCHES, old)
  end
end
audit(a.who, a.action, 'batch ' .. id .. ': ' .. a.what, a.why, total .. ' jobs')
return 1
