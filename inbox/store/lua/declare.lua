-- Make queues known to the operators' tools. A script, so that a full store lets a worker start.
-- ARGV  1… queues
redis.call('SADD', QUEUES, unpack(ARGV))
