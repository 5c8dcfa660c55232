-- Admit a run: by the rate cap on revocations, by the circuit breaker of its downstream, and by
-- that downstream's budget of calls. Each may be left out. All workers share the answers.
-- ARGV by name: of a job that counts for the cap job, fence, cap (jobs) in cap_ms, campaign ('' for
-- none), and of one campaign campaign_cap (jobs) in campaign_ms; of a downstream with a breaker
-- downstream, caller, calls (to reserve), most (calls, 0 for no limit) in ms, reservation_ms (how
-- long reserved calls may be made uncounted), alone_ms (how long a caller may try it alone)
-- Returns {'stale'} if the lease is not the caller's; {'held'} until an operator releases the job;
-- {'closed', wait in ms, reason}; or {'open', 0, or 1 if calls have failed lately, or 2 if this
-- caller tries it alone}.
local a = named()
local now = server_now()

-- Count a job for the caps, once: what was admitted or released is not counted again for its next
-- try. Returns the error of the cap that has no room.
local function count_job(job)
  local key = JOB .. job
  if redis.call('HEXISTS', key, 'admitted') == 1 then return end
  local caps = {{ key = BRAKE, most = tonumber(a.cap), ms = tonumber(a.cap_ms),
    error = 'more revocations than REVOCATION_BRAKE allows' }}
  if a.campaign ~= '' then
    -- First, so that the error names the campaign where both caps are reached.
    table.insert(caps, 1, { key = BRAKE .. ':' .. a.campaign,
      most = tonumber(a.campaign_cap), ms = tonumber(a.campaign_ms), error = 'more revocations of '
      .. 'campaign ' .. a.campaign .. ' than REVOCATION_BRAKE_CAMPAIGN allows' })
  end
  for _, cap in ipairs(caps) do
    -- What is older than the window is removed only when there is no room: there are never more than most.
    if redis.call('ZCARD', cap.key) >= cap.most then
      redis.call('ZREMRANGEBYSCORE', cap.key, '-inf', now - cap.ms)
      if redis.call('ZCARD', cap.key) >= cap.most then return cap.error end
    end
  end
  for _, cap in ipairs(caps) do
    redis.call('ZADD', cap.key, now, job)
    redis.call('PEXPIRE', cap.key, cap.ms)
  end
  redis.call('HSET', key, 'admitted', now)
end

local function hold(job, error)
  local key = JOB .. job
  redis.call('ZREM', RUNNING, job)
  redis.call('HSET', key, 'state', 'held', 'since', now, 'reason', 'held_by_brake',
    'error', error .. ': check them, then release or discard')
  redis.call('HINCRBY', key, 'tries', -1)
  redis.call('ZADD', HELD, now, job)
  count('held')
end

if a.job then
  if not holds_lease(a.job, a.fence) then return {'stale'} end
  local error = count_job(a.job)
  if error then hold(a.job, error) return {'held'} end
end

if not a.downstream then return {'open', 0} end
local name, caller, key = a.downstream, a.caller, GATE .. a.downstream
local found = redis.call('HMGET', key, 'until', 'reason', 'failures')
local open_until, failures = tonumber(found[1] or 0), tonumber(found[3] or 0)
if open_until > now then return {'closed', open_until - now, found[2] or ''} end
if open_until > 0 then
  -- Half-open: the pause is over, one caller tries, the others wait for the result.
  local lone = redis.call('SET', key .. ':try', caller, 'NX', 'PX', a.alone_ms)
  if not lone and redis.call('GET', key .. ':try') ~= caller then
    return {'closed', 2000, found[2] or ''}
  end
end

local most, window = tonumber(a.most), tonumber(a.ms)
if most > 0 then
  local budget, calls = BUDGET .. name, math.min(tonumber(a.calls), most)
  redis.call('ZREMRANGEBYSCORE', budget, '-inf', now - window)
  local missing = calls - (most - redis.call('ZCARD', budget))
  if missing > 0 then
    local last = redis.call('ZRANGE', budget, missing - 1, missing - 1, 'WITHSCORES')
    if redis.call('GET', key .. ':try') == caller then redis.call('DEL', key .. ':try') end
    local wait = math.max(math.min(tonumber(last[2]) + window - now, window), 1)
    -- Calls that can wait do so until this caller has returned.
    redis.call('SET', key .. ':low', 1, 'PX', 2 * wait + 5000)
    return {'closed', wait, 'budget'}
  end
  -- Reserved calls count from now on, and are stamped anew when the run ends. Calls are forgotten
  -- a window after their time, so until then they have the latest time that they can be made at.
  local reserved = {}
  for i = 1, calls do
    reserved[2 * i - 1], reserved[2 * i] = now + tonumber(a.reservation_ms), caller .. '|' .. i
  end
  if calls > 0 then redis.call('ZADD', budget, unpack(reserved)) end
  redis.call('PEXPIRE', budget, window + tonumber(a.reservation_ms))
end
return {'open', open_until > 0 and 2 or math.min(failures, 1)}
