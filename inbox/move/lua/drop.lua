-- Delete batches, in the source, that the target has confirmed.
-- ARGV  1… batches
for _, batch in ipairs(ARGV) do drop(batch) end
return #ARGV
