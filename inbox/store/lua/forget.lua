-- Store that a customer is erased: bodies that are processed from now on are redacted.
-- ARGV  1 customer  2 how long that is kept in ms  3 who, or '' if no operator  4 why
redis.call('SET', ERASED .. ARGV[1], server_now(), 'PX', ARGV[2])
-- Their metadata that was kept to be put back is not put back (worker.revocation.execute.mark).
redis.call('DEL', LEARNED .. 'metadata:' .. ARGV[1])
if ARGV[3] ~= '' then audit(ARGV[3], 'erase', ARGV[1], ARGV[4]) end
count('customers_erased')
return 1
