-- Run the process job of a stored delivery again: new handlers get their job, handlers that
-- already have or had one do not run twice (by fan_out).
-- ARGV  1 delivery  2 who
-- Returns {'queued'} or {'refused', why}.
local key = DELIVERY .. ARGV[1]
local job = ARGV[1] .. ':' .. PROCESS
queue_unclaimed(ARGV[1])
if redis.call('EXISTS', key) == 0 then
  return {'refused', archived('d:', ARGV[1]) and 'completed' or 'unknown'}
end
if redis.call('HEXISTS', key, 'body') == 0 then return {'refused', 'completed'} end
local state = redis.call('HGET', JOB .. job, 'state')
if state then return {'refused', state} end
local now = server_now()
redis.call('HINCRBY', key, 'owed', 1)
redis.call('HDEL', key, 'end:' .. PROCESS)
local spent = redis.call('HMGET', key, 'dispatches', 'fence')
redis.call('HSET', JOB .. job, 'queue', DELIVERIES_QUEUE,
  'dispatches', spent[1] or 0, 'fence', spent[2] or 0,
  'decided', cjson.encode({ action = 'replay', who = ARGV[2], why = '', at = now }))
dispatch(job, DELIVERIES_QUEUE, now)
audit(ARGV[2], 'replay', ARGV[1], '')
return {'queued'}
