from collections.abc import Iterable


Step = str | int
"""A name inside an object, or a position inside a list."""

UNDECLARED = "?"
"""Stands for a name that no schema declares, because such a name may be personal data."""


def spell(steps: Iterable[Step]) -> str:
    """Write a path the way people point at JSON: `data.voucher.categories[0].name`."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text
