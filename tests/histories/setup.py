"""How the workers of a history are set up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from inbox.breaker import Breaker
from inbox.jobs import Jobs
from inbox.ledger import Effects
from inbox.model.rate import Rate
from inbox.privacy.erasure import Erasure
from inbox.state.learned import Learned
from inbox.store.client import StoreClient
from settings.reader import Reader
from settings.variables.work import RETRY_SCHEDULE_SECONDS
from worker.backends.crm.dry_run import DryRunCrm
from worker.backends.perks.voucherify import VoucherifyPerks
from worker.handlers import HandlerTable, load_handlers
from worker.run.flow import Flow
from worker.services import Services
from worker.settings.policies import Policies
from worker.voucherify.rest import VoucherifyApi


LEASE_SECONDS: Final = 60
HANDLERS: Final = ("revoke_referral_perks",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """
    What differs between histories beside the policies.

    Attributes:
        project: the workers' project; empty to compare none.
        rate: how many calls they may make; None for any number.
        most: how many revocations of one campaign they make in an hour.
        chance: spreads what waits for the same.
    """

    project: str = ""
    rate: Rate | None = None
    most: int = 200
    chance: Callable[[], float] = lambda: 0.5


def make_flow(
    store: StoreClient,
    jobs: Jobs,
    api: VoucherifyApi,
    effects: Effects,
    policies: Policies,
    setup: Setup,
) -> Flow:
    """Make what runs jobs, with the collaborators of a real worker."""
    known = load_handlers().by_name
    return Flow(
        jobs=jobs,
        table=HandlerTable({each: known[each] for each in HANDLERS}),
        services=Services(
            perks=VoucherifyPerks(api, effects, policies, Learned(store)),
            crm=DryRunCrm(),
            erasure=Erasure(store),
            breakers={"perks": Breaker(store, "perks", setup.rate)},
            cap=Rate(1000, 3600),
            campaign_cap=Rate(setup.most, 3600),
            usual_calls=policies.usual_calls,
        ),
        schedule=Reader({}).read(RETRY_SCHEDULE_SECONDS),
        lease_seconds=LEASE_SECONDS,
        chance=setup.chance,
        project=setup.project,
    )
