"""What is true of the store between any two transitions."""

from collections import Counter
from typing import Any

from inbox import keys
from inbox.archive import places
from inbox.archive.places import place_of
from inbox.archive.record import unpack
from inbox.store.packing import without_trace
from tests.conftest import WINDOW_SECONDS
from tests.engine import KEYS


SINGLE = {
    KEYS.fresh: b"zset",
    KEYS.running: b"zset",
    KEYS.waiting: b"zset",
    KEYS.failed: b"zset",
    KEYS.held: b"zset",
    KEYS.brake: b"zset",
    KEYS.counts: b"hash",
    KEYS.delay: b"hash",
    KEYS.tally: b"hash",
    KEYS.workers: b"zset",
    KEYS.fleet: b"hash",
    KEYS.audit: b"stream",
    KEYS.queues: b"set",
    KEYS.sweeping: b"string",
    KEYS.looked: b"hash",
    KEYS.settled: b"list",
    KEYS.completed: b"stream",
    KEYS.archive: b"stream",
    KEYS.limits: b"hash",
    KEYS.batches: b"zset",
    KEYS.batches + ":running": b"set",
    KEYS.plans: b"list",
    KEYS.reconcile: b"hash",
    KEYS.reconcile_lock: b"string",
    KEYS.reconcile_customers: b"hash",
    KEYS.reconcile_customers + ":lock": b"string",
    KEYS.reconcile_turn: b"string",
    KEYS.missing: b"hash",
}
#: Indexes of something else than jobs.
OTHER_INDEXES = {KEYS.batches, KEYS.fresh, KEYS.workers}

MANY = {
    KEYS.delivery: b"hash",
    KEYS.job: b"hash",
    KEYS.queued: b"zset",
    KEYS.identity: b"string",
    KEYS.customer: b"set",
    KEYS.erased: b"string",
    KEYS.batch: b"hash",
    KEYS.plan: b"hash",
    KEYS.told: b"string",
    KEYS.codes: b"zset",
    KEYS.assignments: b"hash",
    KEYS.brake + ":": b"zset",
    KEYS.index: b"hash",
}
#: Keys that pass away by themselves, whatever they hold; completed deliveries do besides.
PASSING = {
    *(KEYS.identity, KEYS.erased, KEYS.batch, KEYS.plan, KEYS.sweeping, KEYS.plans, KEYS.brake),
    KEYS.brake + ":",
    KEYS.reconcile_customers + ":lock",
    *(KEYS.reconcile_lock, KEYS.reconcile_turn, KEYS.codes, KEYS.assignments, KEYS.missing),
}
#: What Celery keeps in the same store.
CELERYS = {KEYS.unacked: b"hash", KEYS.unacked + "_index": b"zset"}
MARKER = {"received", "owed", "settled", "facts", "erased", "identity", "identity_of"}


def assert_consistent(store: Any, *, lost: frozenset[str] = frozenset()) -> None:
    """
    Check every key of the store against what `inbox/keys.py` says.

    Args:
        store: the store as the transitions left it.
        lost: queued jobs whose message a test has taken away.
    """
    everything = _Everything(store)
    everything.check_keys()
    everything.check_deliveries()
    everything.check_jobs()
    everything.check_indexes()
    everything.check_messages(lost)
    everything.check_bounds_and_customers()
    everything.check_archive()


def snapshot(store: Any) -> dict[str, Any]:
    """Return all that the store holds, but for counters and the reaper's own notes."""
    everything = _Everything(store)
    for name in (KEYS.counts, KEYS.sweeping, KEYS.looked):
        everything.values.pop(name, None)
    # Which part of the index is tidied next.
    everything.values.get(KEYS.limits, {}).pop(b"swept", None)
    return everything.values


class _Everything:
    def __init__(self, store: Any) -> None:
        names = sorted(name.decode() for name in store.scan_iter(count=1000))
        pipe = store.pipeline(transaction=False)
        for name in names:
            pipe.type(name).pttl(name)
        answers = pipe.execute()
        self.types: dict[str, bytes] = dict(zip(names, answers[::2], strict=True))
        self.ttls: dict[str, int] = dict(zip(names, answers[1::2], strict=True))
        for name, kind in self.types.items():
            match kind:
                case b"hash":
                    pipe.hgetall(name)
                case b"zset":
                    pipe.zrange(name, 0, -1, withscores=True)
                case b"list":
                    pipe.lrange(name, 0, -1)
                case b"set":
                    pipe.smembers(name)
                case b"stream":
                    pipe.xrange(name)
                case _:
                    pipe.get(name)
        self.values: dict[str, Any] = dict(zip(names, pipe.execute(), strict=True))
        # What lives for a moment, such as the reaper's lock, may have ended since it was listed.
        for name in [name for name in names if self.values[name] is None]:
            del self.types[name], self.ttls[name], self.values[name]
        self._unfold()
        self.jobs = self._hashes(KEYS.job)
        self.deliveries = self._hashes(KEYS.delivery)
        self.live = self._live_jobs()
        self.indexed = self._indexed_jobs()

    def _unfold(self) -> None:
        """Show what waits for its first claim as what it is short for."""
        fresh = {member.decode(): score for member, score in self.values.pop(KEYS.fresh, ())}
        texts = {name for name, kind in self.types.items() if kind == b"string"}
        assert {name for name in texts if name.startswith(KEYS.delivery)} == {
            KEYS.delivery + delivery for delivery in fresh
        }
        index = KEYS.queued + keys.DELIVERIES_QUEUE
        for delivery, since in fresh.items():
            self.values[KEYS.delivery + delivery] = {
                b"received": b"%d" % since, b"owed": b"1",
                b"body": without_trace(self.values[KEYS.delivery + delivery]),
            }  # fmt: skip
            job = f"{delivery}:{keys.PROCESS}"
            self.types[KEYS.job + job] = self.types[KEYS.delivery + delivery] = b"hash"
            self.values[KEYS.job + job] = {
                b"state": b"queued", b"since": b"%d" % since, b"dispatches": b"1",
                b"queue": keys.DELIVERIES_QUEUE.encode(),
            }  # fmt: skip
            self.ttls[KEYS.job + job] = -1
            self.types[index] = b"zset"
            self.ttls[index] = -1
            self.values.setdefault(index, []).append((job.encode(), since))

    def _live_jobs(self) -> dict[str, dict[str, str]]:
        live: dict[str, dict[str, str]] = {}
        for job, fields in self.jobs.items():
            delivery, _, name = job.partition(":")
            live.setdefault(delivery, {})[name] = fields["queue"].decode()
        return live

    def _indexed_jobs(self) -> dict[str, dict[str, float]]:
        indexed: dict[str, dict[str, float]] = {}
        for name, kind in self.types.items():
            if (
                kind == b"zset"
                and name.startswith(KEYS.prefix)
                and not name.startswith((KEYS.codes, KEYS.brake, KEYS.celery))
                and name not in OTHER_INDEXES
            ):
                for job, score in self.values[name]:
                    indexed.setdefault(job.decode(), {})[name] = score
        return indexed

    def _hashes(self, prefix: str) -> dict[str, dict[str, Any]]:
        return {
            name.removeprefix(prefix): {key.decode(): value for key, value in fields.items()}
            for name, fields in self.values.items()
            if name.startswith(prefix)
        }

    def check_keys(self) -> None:
        """Nothing is there that no module documents, and what should pass away does."""
        queues = {fields["queue"].decode() for fields in self.jobs.values()}
        queues |= {name.removeprefix(KEYS.queued) for name in self.types if KEYS.queued in name}
        queues |= {name.decode() for name in self.values.get(KEYS.queues, ())}
        queues |= {keys.DELIVERIES_QUEUE, "perks", "crm"}
        for name, kind in self.types.items():
            prefix = next((prefix for prefix in MANY if name.startswith(prefix)), None)
            known = MANY[prefix] if prefix else (SINGLE | CELERYS).get(name)
            if prefix == KEYS.batch and name.endswith(":tasks"):
                known = b"list"
            assert kind == (
                known or (b"list" if name.removeprefix(KEYS.celery) in queues else None)
            ), name
            passes = {prefix, name} & PASSING != set()
            passes = passes or (prefix == KEYS.delivery and b"settled" in self.values[name])
            # Nought is a key's last millisecond; what stays permanently has -1.
            assert (self.ttls[name] != -1) == passes, (name, self.ttls[name])

    def check_deliveries(self) -> None:
        """A delivery's pending jobs are its live ones; one without any is but a marker."""
        for delivery, fields in self.deliveries.items():
            live = self.live.get(delivery, {})
            assert int(fields["owed"]) == len(live), delivery
            pending = {
                name[5:]: queue.decode() for name, queue in fields.items() if name[:5] == "owes:"
            }
            assert pending == {name: queue for name, queue in live.items() if name != keys.PROCESS}
            ended = {name[4:] for name in fields if name.startswith("end:")}
            assert not ended & live.keys(), delivery
            if live:
                assert {"body", "received"} <= fields.keys()
                assert "settled" not in fields
            else:
                assert {name for name in fields if not name.startswith("end:")} <= MARKER
                assert self.ttls[KEYS.delivery + delivery] <= WINDOW_SECONDS * 1000

    def check_jobs(self) -> None:
        """Each job is in the index that its state says, and in no other."""
        for job, fields in self.jobs.items():
            assert job[:32] in self.deliveries, job
            state, since = fields["state"].decode(), int(fields["since"])
            index = {
                "queued": KEYS.queued + fields["queue"].decode(),
                "running": KEYS.running,
                "waiting": KEYS.waiting,
                "failed": KEYS.failed,
                "held": KEYS.held,
            }[state]
            found = self.indexed.get(job, {})
            assert found.keys() == {index}, (job, state, found)
            if state in {"queued", "failed", "held"}:
                assert found[index] == since, job
            assert 0 <= int(fields.get("tries", 0)) <= int(fields.get("fence", 0)), job
            assert state != "held" or "admitted" not in fields, job
            assert sum(name.startswith("run:") for name in fields) <= 30

    def check_indexes(self) -> None:
        """No index names a job that is not there."""
        assert self.indexed.keys() == self.jobs.keys()

    def check_messages(self, lost: frozenset[str]) -> None:
        """A queued job's newest message is in its queue, and no message is there twice."""
        sent: Counter[tuple[str, str]] = Counter()
        for name, kind in self.types.items():
            if (
                kind == b"list"
                and name not in {KEYS.settled, KEYS.plans}
                and not name.startswith(KEYS.batch)
            ):
                sent.update((name, raw.decode().partition(" ")[0]) for raw in self.values[name])
        assert not [message for message, times in sent.items() if times > 1]
        for job, fields in self.jobs.items():
            if fields["state"] == b"queued" and job not in lost:
                message = (
                    KEYS.celery + fields["queue"].decode(),
                    f"{job}:{fields['dispatches'].decode()}",
                )
                assert message in sent

    def check_archive(self) -> None:
        """What is archived is found by its names, and is in no other form beside that."""
        for stream, key in (("c", KEYS.completed), ("a", KEYS.archive)):
            for entry, fields in self.values.get(key, ()):
                delivery, packed = fields[b"d"].hex(), fields[b"r"]
                assert stream == "a" or KEYS.delivery + delivery not in self.types, delivery
                names = [place_of(places.DELIVERY, delivery)]
                if packed and not packed.startswith(b"+"):
                    record = unpack(delivery, packed)
                    assert set(record.effects).isdisjoint(self._hashes(KEYS.effect))
                    names += [place_of(places.EFFECT, effect) for effect in record.effects]
                for name in names:
                    found = self.values[name.key(KEYS)][name.field].decode().split()
                    assert stream + entry.decode() in found, delivery

    def check_bounds_and_customers(self) -> None:
        """Markers are in the list that bounds them, unsettled deliveries in their customers'."""
        listed = {delivery.decode() for delivery in self.values.get(KEYS.settled, ())}
        assert {name for name, its in self.deliveries.items() if "settled" in its} <= listed
        # A customer's index names exactly the unsettled deliveries that were processed.
        indexed = {
            name.removeprefix(KEYS.customer): {member.decode() for member in members}
            for name, members in self.values.items()
            if name.startswith(KEYS.customer)
        }
        reported: dict[str, set[str]] = {}
        for delivery, fields in self.deliveries.items():
            if "customer" in fields:
                assert "body" in fields, delivery
                reported.setdefault(fields["customer"].decode(), set()).add(delivery)
        assert indexed == reported
