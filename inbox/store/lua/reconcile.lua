-- Shared by the steps of a run that reconciles: only who holds the lock takes one, and each
-- renews it. KEYS of each are 1 the run  2 its lock; ARGV begin with 1 caller  2 the lock's life
-- in ms
local RUN, LOCK = KEYS[1], KEYS[2]

local function holds_lock()
  if redis.call('GET', LOCK) ~= ARGV[1] then return false end
  redis.call('PEXPIRE', LOCK, ARGV[2])
  redis.call('HSET', RUN, 'moved', server_now())
  return true
end

-- What the run came to, and for the metrics what all runs did.
local function add(what, by)
  redis.call('HINCRBY', RUN, what, by)
  redis.call('HINCRBY', TALLY, 'reconcile:' .. what, by)
end
