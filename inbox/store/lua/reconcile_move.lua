-- Store the progress of the run.
-- ARGV by name: counts (how many counts follow); then each with its name, by how much; then fields
-- and their values; the run ends with the state finished
-- Returns 1, or 0 if another run has the lock by now.
if not holds_lock() then return 0 end
local fields = first + 2 * a.counts
for i = first, fields - 1, 2 do add(ARGV[i], ARGV[i + 1]) end
for i = fields, #ARGV, 2 do redis.call('HSET', RUN, ARGV[i], ARGV[i + 1]) end
if redis.call('HGET', RUN, 'state') == 'finished' then
  local now = server_now()
  redis.call('HSET', RUN, 'ended', now)
  -- A run that reads less than the workers' runs says nothing of the rest.
  local scopes = redis.call('HMGET', RUN, 'scope', 'looks_at')
  if not scopes[2] or scopes[2] == '' or scopes[2] == scopes[1] then
    redis.call('HSET', RUN, 'completed', now)
  end
  redis.call('DEL', LOCK)
end
return 1
