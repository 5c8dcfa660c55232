-- Shared by the scripts of a budget of calls.

-- A run needs no more of the calls that it has reserved: those that it made (`used`) count from now
-- on, the others are free again. `life` is that of what is kept, in ms.
local function give_back(budget, run, used, reserved, life, now)
  local made, free = {}, {}
  for i = 1, reserved do
    if i <= used then
      made[#made + 1], made[#made + 2] = now, run .. '|' .. i
    else
      free[#free + 1] = run .. '|' .. i
    end
  end
  if #made > 0 then
    redis.call('ZADD', budget, unpack(made))
    -- A long run may find nothing left of what it reserved.
    redis.call('PEXPIRE', budget, life)
  end
  if #free > 0 then redis.call('ZREM', budget, unpack(free)) end
end
