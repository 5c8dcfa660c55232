-- The ledger: store a balance change that is planned, once, and give it the lock of its card. The
-- first plan stands: the card and the grant are those of that plan.
-- ARGV by name: effect, holder, customer, life_ms, lock_ms (life of the card's lock), intact ('1' to
-- be given the store's run, else ''); then field and value of a new effect, `card` among them and
-- `grant` if it takes one back
-- Returns {word, since, left, run, up, now, field, value, …}. The word is
--   begun      it has the card;
--   confirmed  it was made before;
--   busy       another change has the card, since `since` ms;
--   claimed    another effect took the grant back.
-- `left` is '' or "<balance>:<time>" of the last change of the card. `run` names the store's run
-- and history, and `up` says for how many seconds it has lost nothing: -1 for a replica that was
-- promoted.
local a, first = named()
local effect, lock = a.effect, tonumber(a.lock_ms)
local now = server_now()
local answer = plan_effect(effect, a.holder, a.customer, a.life_ms, ARGV, first, now)
local found = by_name(answer)
local card, word, since = found.card or '', 'begun', 0
if found.archived then
  -- What is archived is confirmed.
  word = 'confirmed'
elseif found.grant and (archived('g:', found.grant)
    or not take_lock('grant:' .. found.grant, effect, a.life_ms)) then
  word = 'claimed'
elseif found.state == 'confirmed' then
  word = 'confirmed'
elseif not take_lock(card, effect, lock) then
  word, since = 'busy', lock - redis.call('PTTL', CARD .. card)
end
local run, up = '', -1
if a.intact == '1' then
  local server, replication = redis.call('INFO', 'server'), redis.call('INFO', 'replication')
  -- A store that is made a replica and promoted again keeps its run, and gets another history.
  run = string.match(server, 'run_id:(%w+)') .. string.match(replication, 'master_replid:(%w+)')
  if string.find(replication, 'second_repl_offset:-1', 1, true) then
    up = tonumber(string.match(server, 'uptime_in_seconds:(%d+)') or -1)
  end
end
local left = redis.call('GET', CARD .. card .. ':left') or ''
return {word, since, left, run, up, now, unpack(answer)}
