"""What one ordinary removal costs the store, from its webhook to the completed delivery."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2
import pytest

from inbox.breaker import Breaker
from inbox.ids import delivery_id
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.ledger import Effects
from inbox.model.rate import Rate
from inbox.privacy.erasure import Erasure
from inbox.state.learned import Learned
from inbox.store import scripts
from inbox.store.client import StoreClient
from sandbox.inprocess import InProcess
from tests.conftest import LEASE_SECONDS, WINDOW_SECONDS
from tests.integration.costs.bounds import within
from worker.backends.crm.dry_run import DryRunCrm
from worker.backends.perks.voucherify import VoucherifyPerks
from worker.handlers import HandlerTable, load_handlers
from worker.run.flow import Flow
from worker.run.verdict import Completed
from worker.services import Services
from worker.settings.policies import Policies
from worker.voucherify.http import VoucherifyHttp
from worker.voucherify.rest import VoucherifyApi


MEMORY_SECONDS: Final = 16_416_000
HANDLER: Final = "revoke_referral_perks"


@dataclass
class Ledger:
    """
    What the store ran, by a count before and after.

    Attributes:
        scripts: how often each script ran.
        inside: the commands that each script ran in all.
        commands: every command but those of this test, those inside scripts too.
    """

    store: Any
    scripts: Counter[str] = field(default_factory=Counter)
    inside: Counter[str] = field(default_factory=Counter)

    def count(self) -> tuple[int, int]:
        """Return how many scripts and how many other commands the store has run."""
        stats = self.store.info("commandstats")
        calls = {
            name: stat["calls"]
            for name, stat in stats.items()
            # What counts is no part of the removal.
            if name not in {"cmdstat_info", "cmdstat_config|resetstat"}
        }
        ran = calls.pop("cmdstat_evalsha", 0)
        return ran, sum(calls.values())

    def load(self, client: StoreClient, name: str) -> Any:
        """Load a script that is counted by its name."""
        script = _load(client, name)

        def run(*args: Any, **options: Any) -> Any:
            _, before = self.count()
            answer = script(*args, **options)
            self.scripts[name] += 1
            self.inside[name] += self.count()[1] - before
            return answer

        return run

    def __str__(self) -> str:
        """Write what each script cost, the dearest first."""
        return "\n".join(
            f"{commands:4} commands in {self.scripts[name]} of {name}"
            for name, commands in self.inside.most_common()
        )


_load = scripts.load


def test_scripts_and_commands_of_a_removal(
    store: StoreClient, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a rate limit, a removal runs few scripts, and these run few commands."""
    ledger = Ledger(store)
    shop = InProcess()
    with monkeypatch.context() as patch:
        patch.setattr(scripts, "load", ledger.load)
        intake = Intake(store)
        flow = removal_flow(store, shop)
    first, second = shop.scenario(referees=2)["referees"]
    for customer in shop.world.store.customers.values():
        customer.metadata["tier"] = "gold"
    # By now scripts are loaded, the campaign is known, and that metadata is merged.
    _remove(flow, intake, shop, first)
    ledger.scripts.clear()
    ledger.inside.clear()
    store.config_resetstat()

    _remove(flow, intake, shop, second)

    ran, commands = ledger.count()
    print(f"{ledger}\n{commands - ledger.inside.total():4} commands outside scripts")  # noqa: T201 - shows where each stands
    card = shop.world.store.vouchers[second["card"]["id"]]
    assert [each.amount for each in card.transactions if each.amount < 0] == [-500]
    assert ran == ledger.scripts.total()
    within("scripts of a removal", ran)
    within("commands of a removal", commands)


def _remove(flow: Flow, intake: Intake, shop: InProcess, referee: dict[str, Any]) -> None:
    [body] = shop.unassign(referee["holder"])
    intake.accept(body)
    for name in ("process", HANDLER):
        ended = flow.run(f"{delivery_id(body)}:{name}:1")
        assert isinstance(ended, Completed), ended


def removal_flow(store: StoreClient, shop: InProcess) -> Flow:
    """Make what runs jobs in a worker with PERKS_BACKEND=voucherify and nothing else."""
    settings, policies = shop.settings, Policies()
    client = httpx2.Client(transport=shop.transport, timeout=10)
    http = VoucherifyHttp("http://sandbox", settings.app_id, settings.app_token, client=client)
    effects = Effects(store, memory_seconds=MEMORY_SECONDS)
    return Flow(
        jobs=Jobs(
            store,
            lease_seconds=LEASE_SECONDS,
            dedupe_window_seconds=WINDOW_SECONDS,
            removal_memory_seconds=MEMORY_SECONDS,
        ),
        table=HandlerTable({HANDLER: load_handlers().by_name[HANDLER]}),
        services=Services(
            perks=VoucherifyPerks(VoucherifyApi(http), effects, policies, Learned(store)),
            crm=DryRunCrm(),
            erasure=Erasure(store),
            breakers={"perks": Breaker(store, "perks", Rate(100, 60))},
            cap=Rate(1000, 3600),
            campaign_cap=Rate(200, 3600),
            usual_calls=policies.usual_calls,
        ),
        schedule=(60.0,),
        lease_seconds=LEASE_SECONDS,
        chance=lambda: 0.5,
    )
