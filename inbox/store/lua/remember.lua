-- A webhook told of an assignment: remember it, if its campaign is one that is reconciled.
-- ARGV  1 campaign  2 code  3 assignment  4 what is known of it  5 memory in ms
-- Gives 1 if it is remembered, else 0.
if redis.call('EXISTS', CODES .. ARGV[1]) == 0 then return 0 end
-- Its removal may have been told of first.
if redis.call('EXISTS', IDENTITY .. REMOVAL .. ARGV[3]) == 1 then return 0 end
redis.call('HSET', ASSIGNMENTS .. ARGV[2], ARGV[3], ARGV[4])
redis.call('PEXPIRE', ASSIGNMENTS .. ARGV[2], ARGV[5])
-- Not looked at by any run yet, so that the next one does.
redis.call('ZADD', CODES .. ARGV[1], 'NX', 0, ARGV[2])
return 1
