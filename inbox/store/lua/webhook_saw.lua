-- Store the result of a check of the webhook.
-- ARGV  1 active, off or none  2 '1' if our event is listed, '0' if not, '' if there is no webhook
-- Returns the result before, '' if there was none.
local before = redis.call('HGET', WEBHOOK, 'state')
-- Not while no worker is to check: this hash would never go.
if redis.call('EXISTS', WEBHOOK) == 1 then
  redis.call('HSET', WEBHOOK, 'looked', server_now(), 'state', ARGV[1], 'listed', ARGV[2])
end
return before or ''
