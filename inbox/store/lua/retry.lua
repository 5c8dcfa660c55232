-- (j) retry: failed to queued, with all its tries again.
-- ARGV by name: job, seen (the dispatch that the operator saw, or ''), who, why, window_ms
-- (de-duplication)
-- Returns {'queued'} or {'refused', state}; the state is 'changed' if it ran again since it was seen.
local a = named()
local job = a.job
local done, word = decide.retry(job, a.seen, a.who, a.why, server_now(), tonumber(a.window_ms))
if not done then return {'refused', word} end
audit(a.who, 'retry', job, a.why)
return {word}
