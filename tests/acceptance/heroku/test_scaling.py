"""The script of docs/deployment.md that says how many workers there should be."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.processes import ROOT
from tests.programs import need


@pytest.mark.parametrize(
    ("oldest", "now", "then"),
    [
        (("0", "0"), 2, 2),
        (("61.5", "0"), 2, 3),
        (("0", "3700.25"), 5, 6),
        (("9000", "1"), 6, 6),
        (("30", "1"), 4, 4),
        (("1.9", "0"), 4, 3),
    ],
)
def test_workers_follow_the_oldest_job(
    tmp_path: Path, oldest: tuple[str, str], now: int, then: int
) -> None:
    """The oldest of all queues decides, one worker at a time, within bounds."""
    need("curl")
    need("awk")
    metrics = tmp_path / "metrics"
    metrics.write_text(
        "# TYPE perkhook_queue_oldest_seconds gauge\n"
        f'perkhook_queue_oldest_seconds{{queue="deliveries"}} {oldest[0]}\n'
        f'perkhook_queue_oldest_seconds{{queue="crm"}} {oldest[1]}\n'
        "perkhook_inbox_up 1.0\n"
    )
    text = (ROOT / "docs/deployment.md").read_text()
    block = re.search(r"```sh\n(oldest=.*?)```", text, re.DOTALL)
    assert block is not None

    answer = subprocess.run(
        ["sh", "-ec", block.group(1)],
        env={"PATH": "/usr/bin:/bin", "METRICS_URL": metrics.as_uri(), "WORKERS": str(now)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout == f"worker={then}\n"
