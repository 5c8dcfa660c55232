-- Fold completed deliveries: their record into a stream, what it was made of deleted, in one step.
-- ARGV  for each delivery
--   delivery, settled (as it was read), stream ('c' for completed alone, 'a' for archive), record,
--   number of names, and of each name its hash and field in the index;
--   number of keys to delete, and each (without the prefix);
--   number of members to remove, and of each its sorted set (without the prefix) and itself
-- The first name is the delivery itself.
-- Returns how many were folded: one that another worker has folded is passed over.
local place = 1
local function next_word()
  place = place + 1
  return ARGV[place - 1]
end
local function words(width)
  local found = {}
  for _ = 1, width * tonumber(next_word()) do table.insert(found, next_word()) end
  return found
end

local now, folded = server_now(), 0
while place <= #ARGV do
  local delivery, settled, stream, record = next_word(), next_word(), next_word(), next_word()
  local names, gone, members = words(2), words(1), words(2)
  redis.call('LREM', SETTLED, 1, delivery)
  local known = redis.pcall('HGET', DELIVERY .. delivery, 'settled')
  if known == settled then
    local entry = add_entry('c', now, delivery, stream == 'c' and record or '')
    add_to_index(INDEX .. names[1], names[2], entry)
    local first = 3
    if stream == 'a' then entry, first = add_entry('a', now, delivery, record), 1 end
    for i = first, #names, 2 do add_to_index(INDEX .. names[i], names[i + 1], entry) end
    for i = 1, #members, 2 do redis.call('ZREM', PREFIX .. members[i], members[i + 1]) end
    redis.call('DEL', DELIVERY .. delivery)
    for _, key in ipairs(gone) do redis.call('DEL', PREFIX .. key) end
    folded = folded + 1
  end
end
return folded
