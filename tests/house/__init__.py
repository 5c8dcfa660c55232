"""How the code base measures: `make house` prints the figures, test_house.py holds the limits."""
