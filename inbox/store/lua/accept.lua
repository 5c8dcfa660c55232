-- (a) accept: store the body with its first job pending, and put that job's message into its queue.
-- KEYS  1 delivery
-- ARGV  1 delivery id  2 packed body  3 trace headers
-- Returns 1 if accepted, 0 if this body is already here, or the error of a queue that takes nothing.
local delivery, body, trace = ARGV[1], ARGV[2], ARGV[3]

if redis.call('EXISTS', KEYS[1]) == 1 or archived('d:', delivery, 'c') then
  count('duplicates')
  return 0
end

local now = server_now()
redis.call('SET', KEYS[1], trace == '' and body or trace .. '\n' .. body)
-- Our user may lack a right: a body alone would be taken for a duplicate.
local noted = redis.pcall('ZADD', FRESH, now, delivery)
local problem = type(noted) ~= 'number' and noted
  or send(delivery .. ':' .. PROCESS, 1, DELIVERIES_QUEUE, trace)
if problem then
  -- Stored and enqueued, or neither: the sender gets an error and sends it again.
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', FRESH, delivery)
  return problem
end
count('accepted')
return 1
