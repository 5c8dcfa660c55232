"""Ports that are named before their servers start."""

import random
import subprocess
import sys

from sandbox.demo.ports import free_port
from tests.processes import ROOT


NAMING = """
import random
from sandbox.demo.ports import free_port
random.seed(7)
print(*(free_port() for _ in range(5)), flush=True)
input()
"""


def test_a_port_is_named_to_one_process_only_before_its_server_starts() -> None:
    """Two that would try the same ports in the same order are given different ones."""
    with subprocess.Popen(
        [sys.executable, "-c", NAMING],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        theirs = {int(word) for word in other.stdout.readline().split()}
        state = random.getstate()
        random.seed(7)
        ours = [free_port() for _ in range(5)]
        random.seed(7)
        ours += [free_port() for _ in range(5)]
        random.setstate(state)
        other.communicate("\n")

    assert len(theirs) == 5
    assert len({*theirs, *ours}) == 15
