"""
Dynos on this machine: `python -m tests.acceptance.heroku.formation web=1 worker=2`.

The Procfile's commands under honcho, with what Heroku gives a dyno: the application's whole
environment, a PORT (here from PORTS), DYNO, and 30 seconds from SIGTERM to SIGKILL.
"""

import os
import sys

import honcho.manager
from honcho.environ import parse_procfile

from tests.processes import ROOT


KILL_AFTER_SECONDS = 30


def main(wishes: list[str]) -> None:
    """Run until all have ended."""
    honcho.manager.KILL_WAIT = KILL_AFTER_SECONDS
    manager = honcho.manager.Manager()
    commands = parse_procfile((ROOT / "Procfile").read_text()).processes
    counts = [each.split("=") for each in wishes]
    dynos = [(name, f"{name}.{n + 1}") for name, count in counts for n in range(int(count))]
    for (name, dyno), port in zip(dynos, os.environ["PORTS"].split(), strict=True):
        environ = {**os.environ, "PORT": port, "DYNO": dyno}
        manager.add_process(dyno, commands[name], env=environ, cwd=str(ROOT))
    manager.loop()


if __name__ == "__main__":
    main(sys.argv[1:])
