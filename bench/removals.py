"""Ordinary removals in one process: only the store is real."""

from typing import Any, Final

import httpx2

from inbox.archive.fold import Folding
from inbox.breaker import Breaker
from inbox.ids import delivery_id
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.ledger import Effects
from inbox.model.rate import Rate
from inbox.privacy.erasure import Erasure
from inbox.state.learned import Learned
from inbox.store.client import StoreClient
from sandbox.inprocess import InProcess
from worker.backends.crm.dry_run import DryRunCrm
from worker.backends.perks.voucherify import VoucherifyPerks
from worker.handlers import HandlerTable, load_handlers
from worker.run.flow import Flow
from worker.run.verdict import Completed
from worker.services import Services
from worker.settings.policies import Policies
from worker.voucherify.http import VoucherifyHttp
from worker.voucherify.rest import VoucherifyApi


HANDLER: Final = "revoke_referral_perks"

#: REMOVAL_MEMORY_SECONDS, DEDUPE_WINDOW_SECONDS and the lease, as their defaults are.
_MEMORY_SECONDS: Final = 16_416_000
_WINDOW_SECONDS: Final = 604_800
_LEASE_SECONDS: Final = 60

#: Limits that are asked for at each removal, and never reached.
_MANY: Final = 1_000_000


class Removals:
    """
    Sends removals through a receiver and a worker with PERKS_BACKEND=voucherify and a rate limit.

    Args:
        store: where they are stored; by the first removals scripts are loaded, the campaign is
            known, and that metadata is merged.
    """

    def __init__(self, store: StoreClient) -> None:
        self.shop = InProcess()
        self._intake = Intake(store)
        self._flow = _flow(store, self.shop)
        self._folding = Folding(store)

    def referees(self, number: int) -> list[dict[str, Any]]:
        """Let so many customers, who have metadata, be assigned and rewarded with 500 cents."""
        found: list[dict[str, Any]] = self.shop.scenario(referees=number)["referees"]
        for each in found:
            customer = self.shop.world.store.customers[each["customer"]]
            customer.metadata["tier"] = "gold"
        return found

    def remove(self, referee: dict[str, Any]) -> None:
        """
        End an assignment, and complete the delivery of its webhook.

        Raises:
            RuntimeError: a job of it was not completed.
        """
        [body] = self.shop.unassign(referee["holder"])
        self._intake.accept(body)
        for name in ("process", HANDLER):
            ended = self._flow.run(f"{delivery_id(body)}:{name}:1")
            if not isinstance(ended, Completed):
                raise RuntimeError(f"{name} was not completed: {ended}")  # noqa: TRY004 - no type of a caller's

    def fold(self) -> None:
        """Fold what is completed, as a worker does from time to time."""
        while self._folding.step():
            pass


def _flow(store: StoreClient, shop: InProcess) -> Flow:
    settings, policies = shop.settings, Policies()
    client = httpx2.Client(transport=shop.transport, timeout=10)
    http = VoucherifyHttp("http://sandbox", settings.app_id, settings.app_token, client=client)
    effects = Effects(store, memory_seconds=_MEMORY_SECONDS)
    return Flow(
        jobs=Jobs(
            store,
            lease_seconds=_LEASE_SECONDS,
            dedupe_window_seconds=_WINDOW_SECONDS,
            removal_memory_seconds=_MEMORY_SECONDS,
        ),
        table=HandlerTable({HANDLER: load_handlers().by_name[HANDLER]}),
        services=Services(
            perks=VoucherifyPerks(VoucherifyApi(http), effects, policies, Learned(store)),
            crm=DryRunCrm(),
            erasure=Erasure(store),
            breakers={"perks": Breaker(store, "perks", Rate(_MANY, 60))},
            cap=Rate(_MANY, 3600),
            campaign_cap=Rate(_MANY, 3600),
            usual_calls=policies.usual_calls,
        ),
        schedule=(60.0,),
        lease_seconds=_LEASE_SECONDS,
        chance=lambda: 0.5,
    )
