-- (j) discard: failed or held to discarded; it counts as completed.
-- ARGV by name: job, seen (the dispatch that the operator saw, or ''), who, why, window_ms
-- (de-duplication)
-- Returns {'discarded'} or {'refused', state}; the state is 'changed' if it ran again since it was seen.
local a = named()
local job = a.job
local done, word = decide.discard(job, a.seen, a.who, a.why, server_now(), tonumber(a.window_ms))
if not done then return {'refused', word} end
audit(a.who, 'discard', job, a.why)
return {word}
