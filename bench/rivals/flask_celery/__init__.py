"""Flask, gunicorn and `task.delay(body)`."""
