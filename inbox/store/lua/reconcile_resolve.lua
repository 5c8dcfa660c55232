-- A missing removal is a delivery now, or needs none.
-- ARGV by name: holder (the assignment), outcome (the name of a count)
-- Returns 1, or 0 if another run has the lock by now.
if not holds_lock() then return 0 end
if redis.call('HDEL', MISSING, a.holder) == 1 then add(a.outcome, 1) end
return 1
