-- (f) fail for good: running to failed. The body stays until an operator decides.
-- ARGV  1 job  2 fence  3 reason  4 error
--       5 where the error was, or ''
--       6 what remains of the body if a customer was erased, or ''
--       7… whom the body of a process job may be about
-- Gives 1, 0 if the lease is not the caller's, or, with nothing changed, 2: to be called
-- again with what remains of the body, because one of them was erased.
local job, fence = ARGV[1], ARGV[2]
if not holds_lease(job, fence) then return 0 end
local now = server_now()
local delivery = delivery_of(job)
if ARGV[6] ~= '' then
  reduce_body(delivery, ARGV[6], now)
else
  for i = 7, #ARGV do
    if must_reduce(delivery, ARGV[i]) then return 2 end
  end
end
note_run(job, fence, now, ARGV[3], ARGV[4], ARGV[5])
redis.call('ZREM', RUNNING, job)
fail_for_good(job, now)
return 1
