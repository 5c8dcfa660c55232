"""Logs, errors and traces, set up the same way in every process."""
