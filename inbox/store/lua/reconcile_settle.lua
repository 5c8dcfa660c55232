-- A missing removal is a delivery now, or needs none.
-- ARGV  3 assignment  4 what came of it: the name of a count
-- Gives 1, or 0 if another run has the lock by now.
if not holds_lock() then return 0 end
if redis.call('HDEL', MISSING, ARGV[3]) == 1 then add(ARGV[4], 1) end
return 1
