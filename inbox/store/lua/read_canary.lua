-- Tell how the canary is.
-- Gives {} if none is sent, else {ms since the last was handled, or else since the first was due;
-- how many were sent}.
local found = redis.call('HMGET', CANARY, 'since', 'handled', 'sent')
if not found[1] then return {} end
return {server_now() - tonumber(found[2] or found[1]), tonumber(found[3] or 0)}
