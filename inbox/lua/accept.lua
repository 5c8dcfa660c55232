-- (a) accept: store the body, owe its first job and write that job's Celery message.
-- KEYS  1 delivery
-- ARGV  1 delivery id  2 packed body  3 trace headers
-- Gives 1 if accepted, 0 if this body is already here, or the error of a queue that takes nothing.
local delivery, body, trace = ARGV[1], ARGV[2], ARGV[3]

if redis.call('EXISTS', KEYS[1]) == 1 then
  count('duplicates')
  return 0
end

local now = server_now()
local job = delivery .. ':' .. PROCESS
if trace == '' then
  redis.call('HSET', KEYS[1], 'body', body, 'received', now, 'owed', 1)
else
  redis.call('HSET', KEYS[1], 'body', body, 'received', now, 'owed', 1, 'trace', trace)
end
redis.call('HSET', JOB .. job,
  'state', 'queued', 'since', now, 'queue', DELIVERIES_QUEUE, 'dispatches', 1)
local problem = send(job, 1, DELIVERIES_QUEUE, now, trace)
if problem then
  -- Stored and enqueued, or neither: the sender is told and sends it again.
  redis.call('DEL', KEYS[1], JOB .. job)
  redis.call('ZREM', QUEUED .. DELIVERIES_QUEUE, job)
  return problem
end
count('accepted')
return 1
