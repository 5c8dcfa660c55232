"""Promise 1, as the sender sees a deployment: receivers are restarted one after the other."""

from pathlib import Path

import pytest

from sandbox.demo.ports import free_port
from tests.faults.balancer import balancing
from tests.faults.conftest import MakeFleet, Report
from tests.faults.load import Load
from tests.faults.tally import Row
from tests.standstill import Standstill


@pytest.mark.timeout(1800)
def test_no_webhook_is_refused_while_receivers_are_restarted(
    make_fleet: MakeFleet, report: Report, tmp_path: Path, full: bool
) -> None:
    """
    Behind a load balancer that tries nothing twice, every webhook gets its 202 at once.

    deploy/haproxy.cfg tries again what failed, and so would hide what a restart breaks:
    without that, nothing but the drain is left.
    """
    rounds, senders, pause = (10, 8, 0.005) if full else (1, 4, 0.05)
    ports = [free_port(), free_port()]
    # The load balancer notices within two seconds.
    fleet = make_fleet("worker", DRAIN_SECONDS="4")
    receivers = [fleet.start_web_on(port) for port in ports]
    with (
        Standstill() as machine,
        balancing(ports, tmp_path) as balancer,
        # No one wants these events, so that the load is the receivers'.
        Load(balancer.url, senders=senders, pause=pause, event_type="customer.updated") as load,
    ):
        for life in range(1, rounds + 1):
            for number, port in enumerate(ports):
                name = f"Server receivers/receiver-{number + 1} is"
                load.wait_for(50)
                assert receivers[number].stop() == 0
                balancer.wait_until_logged(f"{name} DOWN", life)
                receivers[number] = fleet.start_web_on(port)
                balancer.wait_until_logged(f"{name} UP", life)
        load.stop()
        fleet.wait_until_worked_off(seconds=600)

        counts = fleet.stats().counts
        report(
            Row(
                fault="rolling restart of two receivers behind HAProxy, without its retries",
                load=f"{rounds} rounds",
                accepted=len(load.accepted),
                lost=len(load.accepted) - counts["settled"],
                doubled=0,
                worst_delay=max(answer.seconds for answer in load.answers),
                note=f"{len(load.refused())} requests failed; the delay is the slowest answer's",
            )
        )
    # Its health checks must have had their turns within the time that a receiver drains.
    assert load.refused_without_need() == [] or machine.longest > 1
    assert counts["settled"] == counts["accepted"]
