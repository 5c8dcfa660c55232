"""What handlers act on, made from settings."""

from redis import Redis

from inbox.breaker import Breaker
from inbox.durability.check import make_barrier
from inbox.ledger import SECURE_SECONDS, Effects
from inbox.privacy.erasure import Erasure
from inbox.state.assignments import AssignmentRegistry
from inbox.state.canary import CanaryRecord
from inbox.state.learned import Learned
from worker.backends.registry import make_crm, make_perks
from worker.services import Services
from worker.settings.worker import WorkerSettings


def make_effects(settings: WorkerSettings, store: Redis) -> Effects:
    """Make the ledger with the settings' times and durability."""
    return Effects(
        store,
        memory_seconds=settings.removal_memory_seconds,
        in_flight_seconds=settings.in_flight_seconds,
        barrier=make_barrier(
            settings.broker.inbox.store, settings.durability, most_seconds=SECURE_SECONDS
        ),
    )


def make_services(settings: WorkerSettings, store: Redis) -> Services:
    """Make what handlers act on, with a gate before each downstream that is really called."""
    effects = make_effects(settings, store)
    perks, crm = settings.perks, settings.crm
    gates = {}
    if perks.backend != "dry-run":
        rate = perks.voucherify_rate if perks.backend == "voucherify" else None
        gates["perks"] = Breaker(store, "perks", rate)
    if crm.backend != "dry-run":
        gates["crm"] = Breaker(store, "crm")
    return Services(
        perks=make_perks(perks, effects, Learned(store)),
        crm=make_crm(crm),
        erasure=Erasure(store),
        gates=gates,
        brake=None if perks.backend == "dry-run" else settings.brake,
        brake_campaign=settings.brake_campaign,
        usual_calls=perks.policies.usual_calls,
        note_canary=CanaryRecord(store).handled,
        remember=AssignmentRegistry(store, memory_seconds=settings.removal_memory_seconds).remember,
        ledger=effects,
    )
