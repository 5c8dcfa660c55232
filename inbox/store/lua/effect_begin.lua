-- The ledger: note a balance change that is to be made, once, and let it have its card. It stands
-- as it was noted first: its card and its grant are those that stand there.
-- ARGV  1 effect  2 holder  3 customer  4 life in ms  5 life of the card's lock in ms
--       6 '1' to be told about the store's run, else ''
--       7… field and value of a new one, `card` among them and `grant` if it takes one back
-- Gives {word, since, left, run, up, now, field, value, …}. The word is
--   begun      it has the card;
--   confirmed  it was made before;
--   busy       another change has the card, since `since` ms;
--   claimed    another effect took the grant back.
-- `left` is '' or "<balance>:<time>" of the last change of the card. `run` names the store's run
-- and history, and `up` says for how many seconds it has lost nothing: -1 for a replica that was
-- promoted.
local effect, lock = ARGV[1], tonumber(ARGV[5])
local now = server_now()
local answer = plan_effect(effect, ARGV[2], ARGV[3], ARGV[4], ARGV, 7, now)
local found = by_name(answer)
local card, word, since = found.card, 'begun', 0
if found.grant and not take_lock('grant:' .. found.grant, effect, ARGV[4]) then
  word = 'claimed'
elseif found.state == 'confirmed' then
  word = 'confirmed'
elseif not take_lock(card, effect, lock) then
  word, since = 'busy', lock - redis.call('PTTL', CARD .. card)
end
local run, up = '', -1
if ARGV[6] == '1' then
  local server, replication = redis.call('INFO', 'server'), redis.call('INFO', 'replication')
  -- A store that is made a replica and promoted again keeps its run, and gets another history.
  run = string.match(server, 'run_id:(%w+)') .. string.match(replication, 'master_replid:(%w+)')
  if string.find(replication, 'second_repl_offset:-1', 1, true) then
    up = tonumber(string.match(server, 'uptime_in_seconds:(%d+)') or -1)
  end
end
local left = redis.call('GET', CARD .. card .. ':left') or ''
for place, value in ipairs({word, since, left, run, up, now}) do
  table.insert(answer, place, value)
end
return answer
