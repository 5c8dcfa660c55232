"""
Dynos on this machine: `python -m tests.acceptance.heroku.formation web=1 worker=2`.

The Procfile's commands under honcho, with what Heroku gives a dyno: the application's whole
environment, a PORT (here from PORTS), DYNO, what its Python buildpack sets, and 30 seconds from
SIGTERM to SIGKILL.
"""

import os
import sys
from collections.abc import Mapping

import honcho.manager
from honcho.environ import parse_procfile

from tests.processes import ROOT


KILL_AFTER_SECONDS = 30


def with_buildpack(
    config: Mapping[str, str], *, megabytes: int = 512, cores: int = 8
) -> dict[str, str]:
    """
    Add what heroku/heroku-buildpack-python sets for every dyno of an application.

    Its .profile.d scripts: vendor/WEB_CONCURRENCY.sh, and bin/compile's environment. PATH,
    PYTHONHOME and the library paths are left out, for they lead to where it has put Python.

    Args:
        config: the config vars, which come first where the scripts set defaults.
        megabytes: the dyno's memory; Basic and Standard-1X have 512.
        cores: what nproc says on it.
    """
    per_memory, per_core = max(1, megabytes // 256), cores * 2 + 1
    return {
        "WEB_CONCURRENCY": str(min(per_memory, per_core)),
        "LANG": "en_US.UTF-8",
        "PYTHONHASHSEED": "random",
        "PYTHONPATH": str(ROOT),
        "GUNICORN_CMD_ARGS": "--access-logfile -",
        **config,
        "DYNO_RAM": str(megabytes),
        "PYTHONUNBUFFERED": "true",
        "FORWARDED_ALLOW_IPS": "*",
    }


def main(wishes: list[str]) -> None:
    """Run until all have ended."""
    honcho.manager.KILL_WAIT = KILL_AFTER_SECONDS
    manager = honcho.manager.Manager()
    commands = parse_procfile((ROOT / "Procfile").read_text()).processes
    counts = [each.split("=") for each in wishes]
    dynos = [(name, f"{name}.{n + 1}") for name, count in counts for n in range(int(count))]
    for (name, dyno), port in zip(dynos, os.environ["PORTS"].split(), strict=True):
        environ = with_buildpack({**os.environ, "PORT": port, "DYNO": dyno})
        manager.add_process(dyno, commands[name], env=environ, cwd=str(ROOT))
    manager.loop()


if __name__ == "__main__":
    main(sys.argv[1:])
