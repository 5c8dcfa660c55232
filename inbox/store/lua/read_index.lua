-- Read an index of jobs whole, as one text: much faster to read than so many answers.
-- ARGV  1 index
-- Returns JSON: [job, score, …].
return cjson.encode(redis.call('ZRANGE', ARGV[1], 0, -1, 'WITHSCORES'))
