-- Give a delivery that waits for its first claim the form that operators' tools read.
-- ARGV  1 delivery
unfold_queued(ARGV[1])
