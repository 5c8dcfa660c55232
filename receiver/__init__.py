"""The HTTP edge: verifies a webhook's signature, accepts it into the inbox, answers."""
