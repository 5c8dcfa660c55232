-- Note that a customer is erased: what is processed from now on is reduced.
-- ARGV  1 customer  2 the note's life in ms  3 who, or '' if no operator  4 why
redis.call('SET', ERASED .. ARGV[1], server_now(), 'PX', ARGV[2])
-- What of their metadata was kept to be put back is not put back (worker.revocation.execute.mark).
redis.call('DEL', LEARNED .. 'metadata:' .. ARGV[1])
if ARGV[3] ~= '' then audit(ARGV[3], 'erase', ARGV[1], ARGV[4]) end
count('customers_erased')
return 1
