"""`python -m schemas`: which events are read, and whether a body is one of them."""

from schemas.command import commands


if __name__ == "__main__":
    commands(prog_name="python -m schemas")
