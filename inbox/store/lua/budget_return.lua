-- A run is over: reserved calls that it made count from now on, and the others are free again.
-- ARGV  1 downstream  2 caller  3 calls made of those reserved  4 calls reserved
--       5 how long what is kept may live in ms
local budget, now, used = BUDGET .. ARGV[1], server_now(), tonumber(ARGV[3])
local made, free = {}, {}
for i = 1, tonumber(ARGV[4]) do
  if i <= used then
    made[#made + 1], made[#made + 2] = now, ARGV[2] .. '|' .. i
  else
    free[#free + 1] = ARGV[2] .. '|' .. i
  end
end
if #made > 0 then
  redis.call('ZADD', budget, unpack(made))
  -- A long run may find nothing left of what it reserved.
  redis.call('PEXPIRE', budget, ARGV[5])
end
if #free > 0 then redis.call('ZREM', budget, unpack(free)) end
return 1
