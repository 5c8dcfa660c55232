"""Receivers leave while webhooks come: one as it should, one without a word."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from inbox.admin.queries import Admin
from inbox.store.client import StoreClient
from tests.acceptance.balancers.kit import NAMES, Balancer, both, receivers
from tests.acceptance.product import SECRET
from tests.acceptance.receiver.kit import Running
from tests.faults.load import Load


@contextmanager
def under_load(balancers: dict[str, Balancer], pause: float) -> Iterator[dict[str, Load]]:
    """Send through all load balancers at once; at the end every event is accepted."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(Load(balancer.url, pause=pause, first=1 + 100_000 * number))
            for number, (name, balancer) in enumerate(balancers.items())
        }


def leave_no_gap(loads: dict[str, Load]) -> None:
    """Wait until both have sent on for a while."""
    for load in loads.values():
        load.wait_for(40)


def stored(store: StoreClient) -> int:
    """Count the different webhooks that are in the inbox."""
    return Admin(store, dedupe_window_seconds=3600).stats().counts["accepted"]


def check(loads: dict[str, Load], store: StoreClient) -> None:
    """Demand that nothing was refused, and that what was accepted is there, once."""
    for name in NAMES:
        assert loads[name].refused_without_need() == [], name
    assert stored(store) == sum(len(load.accepted) for load in loads.values())


def kill(receiver: Running) -> None:
    """End it and its worker processes, without asking."""
    os.killpg(receiver.process.pid, signal.SIGKILL)
    receiver.process.wait()


def test_a_receiver_that_drains_costs_no_webhook(
    redis_url: str, store: StoreClient, tmp_path: Path
) -> None:
    """SIGTERM under load: each webhook is answered 202 at its first try."""
    with (
        receivers(tmp_path, redis_url, VOUCHERIFY_WEBHOOK_SECRETS=SECRET, DRAIN_SECONDS="3") as (
            leaving,
            staying,
        ),
        both((leaving.port, staying.port), tmp_path) as balancers,
        under_load(balancers, 0.01) as loads,
    ):
        leave_no_gap(loads)
        assert leaving.stop() == 0
        leave_no_gap(loads)

    check(loads, store)


def test_a_receiver_that_is_killed_costs_no_webhook(
    redis_url: str, store: StoreClient, tmp_path: Path
) -> None:
    """SIGKILL under load: what was under way goes to the other one, and is accepted once."""
    with (
        receivers(tmp_path, redis_url, VOUCHERIFY_WEBHOOK_SECRETS=SECRET) as (leaving, staying),
        both((leaving.port, staying.port), tmp_path) as balancers,
        under_load(balancers, 0) as loads,
    ):
        leave_no_gap(loads)
        kill(leaving)
        leave_no_gap(loads)

    check(loads, store)
