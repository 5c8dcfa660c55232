-- Store that a worker lives, and what only workers know.
-- ARGV  1 worker  2 how long that counts in ms  3 its report (JSON)  4 '1' after a whole reaper run
local now = server_now()
redis.call('ZADD', WORKERS, now + tonumber(ARGV[2]), ARGV[1])
redis.call('ZREMRANGEBYSCORE', WORKERS, '-inf', now)
redis.call('HSET', FLEET, 'told', ARGV[3], unpack(ARGV[4] == '1' and {'swept', now} or {}))
