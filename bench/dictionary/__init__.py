"""Makes the dictionaries that bodies in the store are packed with (docs/decisions/0019)."""
