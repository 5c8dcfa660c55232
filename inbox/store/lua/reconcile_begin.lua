-- Begin a run, or resume one that was cut off; one of the fleet at a time.
-- ARGV by name: scope (what the run reads), dead (a caller that is known to be dead, or '')
-- Returns {'busy', who runs it}, or {'begun' | 'resumed', fields of the run}.
local caller, scope = a.caller, a.scope
local holder = redis.call('GET', LOCK)
if holder and holder ~= caller and holder ~= a.dead then return {'busy', holder} end
redis.call('SET', LOCK, caller, 'PX', a.lock_ms)

local known = redis.call('HMGET', RUN, 'state', 'scope', 'run')
if known[1] == 'running' and known[2] == scope then
  return {'resumed', redis.call('HGETALL', RUN)}
end
local now = server_now()
local fleets = {'completed', 'interval', 'since', 'looks_at'}
local kept = redis.call('HMGET', RUN, unpack(fleets))
redis.call('DEL', RUN)
redis.call('HSET', RUN, 'run', tonumber(known[3] or 0) + 1, 'state', 'running',
  'scope', scope, 'started', now, 'moved', now)
for i, field in ipairs(fleets) do
  if kept[i] then redis.call('HSET', RUN, field, kept[i]) end
end
return {'begun', redis.call('HGETALL', RUN)}
