"""
`python -m sandbox run` and `python -m sandbox smoke`: the whole product on this machine.

run    everything on an embedded Valkey; one signed sample is sent through; stays up
smoke  the same, quietly; checks the effect, names what is broken, exits 0 or 1
"""

import argparse
import sys

from sandbox.demo.stack import Stack
from sandbox.demo.tour import smoke, tour


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=["run", "smoke"])
    what = parser.parse_args().what
    sys.exit(Stack(quiet=what == "smoke").run(tour if what == "run" else smoke))


main()
