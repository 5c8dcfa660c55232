-- Shared by the scripts of operators' decisions about jobs, one or many. Each function gives
-- whether it was done, and a word: the new state, or why not.
-- `seen` is the number of the dispatch that the operator saw, or '' for any: a job that has run
-- again since then is left alone.
local decide = {}

local function in_state(job, seen, wanted, also)
  queue_unclaimed(delivery_of(job))
  local found = redis.call('HMGET', JOB .. job, 'state', 'queue', 'dispatches')
  if found[1] ~= wanted and (not also or found[1] ~= also) then return nil, found[1] or 'gone' end
  if seen ~= '' and found[3] ~= seen then return nil, 'changed' end
  return found[2]
end

local function note_decision(job, action, who, why, now)
  redis.call('HSET', JOB .. job, 'decided',
    cjson.encode({ action = action, who = who, why = why, at = now }))
end

function decide.retry(job, seen, who, why, now)
  local queue, other = in_state(job, seen, 'failed')
  if not queue then return false, other end
  redis.call('ZREM', FAILED, job)
  redis.call('HSET', JOB .. job, 'tries', 0, 'losses', 0)
  note_decision(job, 'retry', who, why, now)
  dispatch(job, queue, now)
  count('operator_retries')
  return true, 'queued'
end

function decide.release(job, seen, who, why, now)
  local queue, other = in_state(job, seen, 'held')
  if not queue then return false, other end
  redis.call('ZREM', HELD, job)
  redis.call('HSET', JOB .. job, 'admitted', now)
  note_decision(job, 'release', who, why, now)
  dispatch(job, queue, now)
  count('operator_releases')
  return true, 'queued'
end

function decide.discard(job, seen, who, why, now, window)
  local queue, other = in_state(job, seen, 'failed', 'held')
  if not queue then return false, other end
  redis.call('ZREM', FAILED, job)
  redis.call('ZREM', HELD, job)
  end_job(job, 'discarded by ' .. who, window, now)
  count('operator_discards')
  return true, 'discarded'
end
