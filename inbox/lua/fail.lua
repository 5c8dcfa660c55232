-- (f) fail for good: running to failed. The body stays until an operator decides.
-- ARGV  1 job  2 fence  3 reason  4 error
-- Gives 1, or 0 if the lease is not the caller's.
local job, fence = ARGV[1], ARGV[2]
if not holds_lease(job, fence) then return 0 end
local now = server_now()
note_run(job, fence, now, ARGV[3], ARGV[4])
redis.call('ZREM', RUNNING, job)
fail_for_good(job, now)
return 1
