-- A webhook reported an assignment: remember it, if its campaign is one that is reconciled.
-- ARGV by name: campaign, code, holder (the assignment), text (what is known of it), memory_ms
-- Returns 1 if it is remembered, else 0.
local a = named()
if redis.call('EXISTS', CODES .. a.campaign) == 0 then return 0 end
-- Its removal may have been reported first.
if redis.call('EXISTS', IDENTITY .. REMOVAL .. a.holder) == 1 or archived('i:', REMOVAL .. a.holder) then
  return 0
end
redis.call('HSET', ASSIGNMENTS .. a.code, a.holder, a.text)
redis.call('PEXPIRE', ASSIGNMENTS .. a.code, a.memory_ms)
-- No run has read it yet, so the next one does.
redis.call('ZADD', CODES .. a.campaign, 'NX', 0, a.code)
return 1
