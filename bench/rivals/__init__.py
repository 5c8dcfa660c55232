"""What people would otherwise write, as tutorials show it; each in an environment of its own."""
