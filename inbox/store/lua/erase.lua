-- Put what remains of a body in the body's place.
-- ARGV  1 delivery  2 the packed body as it was read  3 what remains of it, packed
-- Gives 1, or 0 if there is no such body any more.
if redis.call('HGET', DELIVERY .. ARGV[1], 'body') ~= ARGV[2] then return 0 end
reduce_body(ARGV[1], ARGV[3], server_now())
return 1
