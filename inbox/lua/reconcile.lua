-- Shared by the steps of a run that reconciles: only who holds the lock takes one, and each
-- renews it. ARGV of each begin with 1 caller  2 the lock's life in ms
local function holds_lock()
  if redis.call('GET', RECONCILE_LOCK) ~= ARGV[1] then return false end
  redis.call('PEXPIRE', RECONCILE_LOCK, ARGV[2])
  redis.call('HSET', RECONCILE, 'moved', server_now())
  return true
end

-- What the run came to, and for the metrics what all runs did.
local function add(what, by)
  redis.call('HINCRBY', RECONCILE, what, by)
  redis.call('HINCRBY', TALLY, 'reconcile:' .. what, by)
end
