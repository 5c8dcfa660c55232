-- Begin to move away: from here on only receivers write to the source (inbox/store/scripts.py).
-- ARGV  1 id of the move
-- Returns {'begun', 0, 0}, or {'alive', workers, ms until the last of them counts as dead}.
local now = server_now()
local last = redis.call('ZRANGE', WORKERS, -1, -1, 'WITHSCORES')
local alive = redis.call('ZCOUNT', WORKERS, '(' .. now, '+inf')
if alive > 0 then return {'alive', alive, tonumber(last[2]) - now} end
-- Samples of its memory say nothing of the target's.
redis.call('DEL', MOVING, MEMORY)
redis.call('HSET', MOVING, 'id', ARGV[1], 'role', 'away', 'since', now)
return {'begun', 0, 0}
