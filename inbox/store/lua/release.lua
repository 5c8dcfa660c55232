-- release: held to queued, past the brake.
-- ARGV  1 job  2 dispatch it was seen in, or ''  3 who  4 why  5 de-duplication window in ms
-- Gives {'queued'} or {'refused', state}; the state is 'changed' if it ran again since it was seen.
local job = ARGV[1]
local done, word = decide.release(job, ARGV[2], ARGV[3], ARGV[4], server_now(), tonumber(ARGV[5]))
if not done then return {'refused', word} end
audit(ARGV[3], 'release', job, ARGV[4])
return {word}
