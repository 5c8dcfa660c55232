-- A code was read: store its holders, and the removals that came without a webhook.
-- ARGV by name: campaign, code, run ('' if the code is not complete yet), memory_ms; then how many
-- assignments were seen, and for each: it, what is known of it; then how many are over (their
-- webhook came, or they are none of ours), and each; then how many are missing, and for each: it,
-- JSON
-- Returns 1, or 0 if another run has the lock by now.
if not holds_lock() then return 0 end
local codes, held, memory = CODES .. a.campaign, ASSIGNMENTS .. a.code, a.memory_ms
local place = first
local function next_word()
  place = place + 1
  return ARGV[place - 1]
end

for _ = 1, tonumber(next_word()) do
  local holder = next_word()
  redis.call('HSET', held, holder, next_word())
  -- One that was missing and is there: nothing was removed.
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
if a.run ~= '' then
  redis.call('ZADD', codes, a.run, a.code)
  redis.call('PEXPIRE', codes, memory)
  add('codes', 1)
end
return 1
