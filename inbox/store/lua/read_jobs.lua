-- Read jobs as lists show them, as one text.
-- ARGV  jobs
-- Returns JSON: for each [state, since, tries, dispatches, reason, error, facts of the delivery]; for a
-- job that has ended, how it ended in place of the reason; false for missing values.
local rows = {}
for i, job in ipairs(ARGV) do
  local row = redis.call('HMGET', JOB .. job,
    'state', 'since', 'tries', 'dispatches', 'reason', 'error')
  local delivery = redis.pcall('HMGET', DELIVERY .. delivery_of(job),
    'facts', 'end:' .. name_of(job))
  if delivery.err then
    -- It is unclaimed: the same body came again after this job was forgotten.
    delivery = {false, false}
    if name_of(job) == PROCESS then
      row = {'queued', redis.call('ZSCORE', FRESH, delivery_of(job)), '0', '1', false, false}
    end
  end
  row[7] = delivery[1]
  if not row[1] then row[5] = delivery[2] end
  rows[i] = row
end
return cjson.encode(rows)
