-- Store that a worker lives, and what only workers know. After a reaper run, sample the store's
-- memory as well: for each span of four hours the least that was used (inbox/admin/filling.py).
-- ARGV  1 worker  2 how long that counts in ms  3 its report (JSON)  4 '1' after a whole reaper run
local SPAN, KEPT = 4 * 3600 * 1000, 8 * 6 + 1
local now = server_now()
redis.call('ZADD', WORKERS, now + tonumber(ARGV[2]), ARGV[1])
redis.call('ZREMRANGEBYSCORE', WORKERS, '-inf', now)
redis.call('HSET', FLEET, 'told', ARGV[3], unpack(ARGV[4] == '1' and {'swept', now} or {}))
if ARGV[4] ~= '1' then return end

-- Some hosted stores forbid it.
local info = redis.pcall('INFO', 'memory')
local used = type(info) == 'string' and string.match(info, 'used_memory:(%d+)')
if not used then return end
used = used - (string.match(info, 'mem_not_counted_for_evict:(%d+)') or 0)
local span = math.floor(now / SPAN)
local least = redis.call('HGET', MEMORY, span)
if not least or used < tonumber(least) then redis.call('HSET', MEMORY, span, used) end
if least then return end
-- Those to come are of a clock that was wrong.
for _, each in ipairs(redis.call('HKEYS', MEMORY)) do
  if tonumber(each) <= span - KEPT or tonumber(each) > span then redis.call('HDEL', MEMORY, each) end
end
