"""
Settings from the environment: read once at start, every problem told in one message.

Not `environs`: that library imports Marshmallow, which the receiver must not load (10 MB
and 0.2 s of processor time at every start; docs/decisions/0003-settings.md).
"""

from settings.reader import Reader, SettingsError


__all__ = ["Reader", "SettingsError"]
