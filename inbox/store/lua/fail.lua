-- (f) fail: running to failed. The body stays until an operator decides.
-- ARGV by name: job, fence, reason, error, trace (where the error was, or ''), redacted (the body
-- without personal data if a customer was erased, or ''); then the customers that the body of a
-- process job may be about
-- Returns 1, 0 if the lease is not the caller's, or, with nothing changed, 2: one of the customers
-- was erased, so call again with the redacted body.
local a, first = named()
local job, fence = a.job, a.fence
if not holds_lease(job, fence) then return 0 end
local now = server_now()
local delivery = delivery_of(job)
if a.redacted ~= '' then
  redact_body(delivery, a.redacted, now)
else
  for i = first, #ARGV do
    if must_redact(delivery, ARGV[i]) then return 2 end
  end
end
note_run(job, fence, now, a.reason, a.error, a.trace)
redis.call('ZREM', RUNNING, job)
set_failed(job, now)
return 1
