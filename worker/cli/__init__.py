"""The commands of `python -m worker`. Exit codes: 0 done, 1 not done, 2 wrong use."""
