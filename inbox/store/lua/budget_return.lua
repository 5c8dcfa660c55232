-- A run has ended: reserved calls that it made count from now on, the others are free again.
-- ARGV by name: downstream, caller, used (calls made of those reserved), reserved (calls),
-- life_ms (of what is kept)
local a = named()
local budget, now, used = BUDGET .. a.downstream, server_now(), tonumber(a.used)
local made, free = {}, {}
for i = 1, tonumber(a.reserved) do
  if i <= used then
    made[#made + 1], made[#made + 2] = now, a.caller .. '|' .. i
  else
    free[#free + 1] = a.caller .. '|' .. i
  end
end
if #made > 0 then
  redis.call('ZADD', budget, unpack(made))
  -- A long run may find nothing left of what it reserved.
  redis.call('PEXPIRE', budget, a.life_ms)
end
if #free > 0 then redis.call('ZREM', budget, unpack(free)) end
return 1
