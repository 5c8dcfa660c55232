-- Begin to receive, in the target: from here on only receivers and `put` write to it.
-- ARGV  1 id of the move  2… names of keys, without the prefix, that only workers and operators write
-- Returns the first of them that is there, else ''.
for i = 2, #ARGV do
  if redis.call('EXISTS', PREFIX .. ARGV[i]) == 1 then return ARGV[i] end
end
redis.call('DEL', MOVING)
redis.call('HSET', MOVING, 'id', ARGV[1], 'role', 'in', 'since', server_now())
return ''
