-- Remember what workers found out, for a time.
-- ARGV  1 name  2 JSON  3 life in ms
redis.call('SET', LEARNED .. ARGV[1], ARGV[2], 'PX', ARGV[3])
return 1
