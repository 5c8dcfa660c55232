-- A code was looked at: note who holds it now, and which removals nobody told of.
-- ARGV  3 campaign  4 code  5 run, or '' if the code is not at its end yet  6 memory in ms
--       7 how many are seen, and for each: 8… assignment, what is known of it
--       then how many are settled (told of, or none of ours), and each
--       then how many are missing, and for each: assignment, JSON
-- Gives 1, or 0 if another run has the lock by now.
if not holds_lock() then return 0 end
local codes, held, memory = CODES .. ARGV[3], ASSIGNMENTS .. ARGV[4], ARGV[6]
local place = 7
local function next_word()
  place = place + 1
  return ARGV[place - 1]
end

for _ = 1, tonumber(next_word()) do
  local holder = next_word()
  redis.call('HSET', held, holder, next_word())
  -- One that was missed and is there: nothing was removed.
  redis.call('HDEL', MISSING, holder)
end
for _ = 1, tonumber(next_word()) do redis.call('HDEL', held, next_word()) end
local missing = tonumber(next_word())
for _ = 1, missing do
  local holder = next_word()
  redis.call('HDEL', held, holder)
  if redis.call('HSETNX', MISSING, holder, next_word()) == 1 then add('found', 1) end
end

if missing > 0 then redis.call('PEXPIRE', MISSING, memory) end
redis.call('PEXPIRE', held, memory)
if ARGV[5] ~= '' then
  redis.call('ZADD', codes, ARGV[5], ARGV[4])
  redis.call('PEXPIRE', codes, memory)
  add('codes', 1)
end
return 1
