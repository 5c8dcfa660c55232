-- Shared by the steps of a reconciliation run: only the caller with the lock may take one, and each
-- renews it.
-- KEYS of each are 1 the run  2 its lock
-- ARGV by name of each: caller, lock_ms (the lock's life)
local a, first = named()
local RUN, LOCK = KEYS[1], KEYS[2]

local function holds_lock()
  if redis.call('GET', LOCK) ~= a.caller then return false end
  redis.call('PEXPIRE', LOCK, a.lock_ms)
  redis.call('HSET', RUN, 'moved', server_now())
  return true
end

-- What the run came to, and for the metrics what all runs did.
local function add(what, by)
  redis.call('HINCRBY', RUN, what, by)
  redis.call('HINCRBY', TALLY, 'reconcile:' .. what, by)
end
