-- Add what a receiver has counted, some seconds' worth at once, to the fleet's counters.
-- ARGV  1 receiver  2 number of this message, from 1  3 how long that is remembered in ms
--       4… counter and by how much
-- Returns 1, or 0 if this message was added before: its answer was lost, and it came again.
local key = TOLD .. ARGV[1]
if tonumber(redis.call('GET', key) or 0) >= tonumber(ARGV[2]) then return 0 end
redis.call('SET', key, ARGV[2], 'PX', ARGV[3])
for i = 4, #ARGV, 2 do redis.call('HINCRBY', TALLY, ARGV[i], ARGV[i + 1]) end
return 1
