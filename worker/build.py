"""What handlers need, made from settings."""

from inbox.breaker import Breaker
from inbox.durability.check import make_barrier
from inbox.jobs import Jobs
from inbox.ledger import SECURE_SECONDS, Effects
from inbox.privacy.erasure import Erasure
from inbox.state.assignments import AssignmentRegistry
from inbox.state.canary import CanaryRecord
from inbox.state.learned import Learned
from inbox.store.client import StoreClient
from worker.backends.registry import make_crm, make_perks
from worker.services import Services
from worker.settings.worker import WorkerSettings


def make_jobs(settings: WorkerSettings, store: StoreClient) -> Jobs:
    """Return the inbox's jobs with the settings' times."""
    return Jobs(
        store,
        lease_seconds=settings.broker.lease_seconds,
        dedupe_window_seconds=settings.broker.inbox.dedupe_window_seconds,
        removal_memory_seconds=settings.removal_memory_seconds,
    )


def make_effects(settings: WorkerSettings, store: StoreClient) -> Effects:
    """Return the ledger with the settings' times and durability."""
    return Effects(
        store,
        memory_seconds=settings.removal_memory_seconds,
        in_flight_seconds=settings.in_flight_seconds,
        barrier=make_barrier(
            settings.broker.inbox.store, settings.durability, most_seconds=SECURE_SECONDS
        ),
    )


def make_services(settings: WorkerSettings, store: StoreClient) -> Services:
    """Return what handlers use, with a circuit breaker for each downstream that is called."""
    effects = make_effects(settings, store)
    perks, crm = settings.perks, settings.crm
    breakers = {}
    if perks.backend != "dry-run":
        rate = perks.voucherify_rate if perks.backend == "voucherify" else None
        breakers["perks"] = Breaker(store, "perks", rate)
    if crm.backend != "dry-run":
        breakers["crm"] = Breaker(store, "crm")
    return Services(
        perks=make_perks(perks, effects, Learned(store)),
        crm=make_crm(crm),
        erasure=Erasure(store),
        breakers=breakers,
        cap=None if perks.backend == "dry-run" else settings.cap,
        campaign_cap=settings.campaign_cap,
        usual_calls=perks.policies.usual_calls,
        note_canary=CanaryRecord(store).handled,
        remember=AssignmentRegistry(store, memory_seconds=settings.removal_memory_seconds).remember,
        ledger=effects,
    )
