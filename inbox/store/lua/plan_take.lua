-- Claim the next request for a plan. Nothing of the job itself is changed.
-- ARGV  1 how long a request waits for a worker in ms  2 most requests to skip
-- Returns nothing, or {job, request, now, body}; the body is '' if there is nothing to decide.
local now = server_now()
for _ = 1, tonumber(ARGV[2]) do
  local job = redis.call('LPOP', PLANS)
  if not job then return false end
  local key = PLAN .. job
  local found = redis.call('HMGET', key, 'state', 'since', 'request')
  -- To an older request the answer was that no worker answers.
  if found[1] == 'asked' and now - tonumber(found[2]) <= tonumber(ARGV[1]) then
    redis.call('HSET', key, 'state', 'working', 'since', now)
    local state = redis.call('HGET', JOB .. job, 'state')
    local body = ''
    if state == 'failed' or state == 'held' then
      body = redis.call('HGET', DELIVERY .. delivery_of(job), 'body') or ''
    end
    return {job, found[3], now, body}
  end
end
return false
