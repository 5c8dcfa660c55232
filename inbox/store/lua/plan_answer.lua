-- Answer a request, unless it was given up and asked anew meanwhile.
-- ARGV  1 job  2 request  3 answer  4 how long it is kept in ms
local key = PLAN .. ARGV[1]
local found = redis.call('HMGET', key, 'state', 'request')
if found[1] ~= 'working' or found[2] ~= ARGV[2] then return 0 end
redis.call('HSET', key, 'state', 'made', 'since', server_now(), 'answer', ARGV[3])
redis.call('PEXPIRE', key, ARGV[4])
return 1
