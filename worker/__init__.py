"""Celery workers: run the jobs of the inbox."""
