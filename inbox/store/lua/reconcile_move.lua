-- Note how far the run is.
-- ARGV  3 how many counts, and for each: 4… its name, by how much
--       then fields and their values; the run is at its end with state finished
-- Gives 1, or 0 if another run has the lock by now.
if not holds_lock() then return 0 end
local fields = 4 + 2 * tonumber(ARGV[3])
for i = 4, fields - 1, 2 do add(ARGV[i], ARGV[i + 1]) end
for i = fields, #ARGV, 2 do redis.call('HSET', RUN, ARGV[i], ARGV[i + 1]) end
if redis.call('HGET', RUN, 'state') == 'finished' then
  local now = server_now()
  redis.call('HSET', RUN, 'ended', now)
  -- One over less than workers look at says nothing of the rest.
  local scopes = redis.call('HMGET', RUN, 'scope', 'looks_at')
  if not scopes[2] or scopes[2] == '' or scopes[2] == scopes[1] then
    redis.call('HSET', RUN, 'completed', now)
  end
  redis.call('DEL', LOCK)
end
return 1
