-- One balance change in flight for each card.
-- ARGV  1 card  2 effect  3 life in ms, 0 to give the lock up
-- Gives 1 if the effect has the lock (or had it), else 0.
local key = CARD .. ARGV[1]
local owner = redis.call('GET', key)
if owner and owner ~= ARGV[2] then return 0 end
if ARGV[3] == '0' then redis.call('DEL', key) else redis.call('SET', key, ARGV[2], 'PX', ARGV[3]) end
return 1
