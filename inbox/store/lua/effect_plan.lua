-- The ledger: store a planned effect, once; give what is stored.
-- ARGV  1 effect  2 holder  3 customer  4 life in ms  5… field and value of a new one
-- Returns {now, field, value, …}.
local now = server_now()
local answer = plan_effect(ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV, 5, now)
table.insert(answer, 1, now)
return answer
