-- Reserved calls that were not made are free again.
-- ARGV  1 downstream  2 caller  3 first number not used  4 last number reserved
for i = tonumber(ARGV[3]), tonumber(ARGV[4]) do
  redis.call('ZREM', BUDGET .. ARGV[1], ARGV[2] .. '|' .. i)
end
return 1
