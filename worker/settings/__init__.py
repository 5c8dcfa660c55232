"""What a worker takes from its environment: values alone, no domain."""
