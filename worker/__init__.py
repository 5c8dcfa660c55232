"""Celery workers: run the jobs that the inbox owes."""
