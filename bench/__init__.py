"""What accepting a webhook costs, measured on the real processes."""
