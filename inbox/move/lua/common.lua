-- Shared by every step of a move.
local function server_now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Celery's lists: messages come in at the left end and leave at the right.
local function is_queue(name) return string.sub(name, 1, 7) == 'celery:' end
