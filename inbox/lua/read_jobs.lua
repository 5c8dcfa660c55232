-- Read what lists show of jobs, as one text.
-- ARGV  jobs
-- Gives JSON: for each [state, since, tries, dispatches, reason, error, facts of the delivery],
-- with the end of a job that has ended in the place of the reason; false for what is not there.
local rows = {}
for i, job in ipairs(ARGV) do
  local row = redis.call('HMGET', JOB .. job,
    'state', 'since', 'tries', 'dispatches', 'reason', 'error')
  local delivery = redis.call('HMGET', DELIVERY .. delivery_of(job),
    'facts', 'end:' .. name_of(job))
  row[7] = delivery[1]
  if not row[1] then row[5] = delivery[2] end
  rows[i] = row
end
return cjson.encode(rows)
