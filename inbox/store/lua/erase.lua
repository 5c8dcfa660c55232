-- Replace a body by its redacted form.
-- ARGV  1 delivery  2 the packed body as it was read  3 the redacted body, packed
-- Returns 1, or 0 if there is no such body any more.
if redis.call('HGET', DELIVERY .. ARGV[1], 'body') ~= ARGV[2] then return 0 end
redact_body(ARGV[1], ARGV[3], server_now())
return 1
