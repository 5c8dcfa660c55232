-- (d) done: running to done; with the last job the delivery is completed.
-- ARGV  1 job  2 fence  3 outcome  4 de-duplication window in ms
-- Returns 1, or 0 if the lease is not the caller's.
local job = ARGV[1]
if not holds_lease(job, ARGV[2]) then return 0 end
redis.call('ZREM', RUNNING, job)
end_job(job, ARGV[3], tonumber(ARGV[4]), server_now())
count('done')
return 1
