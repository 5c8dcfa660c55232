-- Write the hashes of an unclaimed delivery, which operators' tools read.
-- ARGV  1 delivery
queue_unclaimed(ARGV[1])
