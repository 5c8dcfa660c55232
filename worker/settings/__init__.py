"""What a worker reads from its environment: plain values."""
