-- A run has ended: reserved calls that it made count from now on, the others are free again.
-- ARGV by name: downstream, caller, used (calls made of those reserved), reserved (calls),
-- life_ms (of what is kept)
local a = named()
give_back(BUDGET .. a.downstream, a.caller, tonumber(a.used), tonumber(a.reserved), a.life_ms,
  server_now())
return 1
