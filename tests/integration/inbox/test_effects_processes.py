"""Two processes that begin the same balance changes at once."""

import json
import subprocess
import sys
from pathlib import Path

from inbox.ledger import Effects
from inbox.store.client import StoreClient
from tests.engine import store_settings


ROOT = Path(__file__).parents[3]
ROUNDS = 200

_PROCESS = """
import json, os, sys
from inbox.store.client import StoreClient
from inbox.ledger import Effects
from inbox.model.effect import EffectState
from inbox.settings import InboxSettings
from inbox.store.connection import connect
client = connect(InboxSettings.from_environ(os.environ).store, max_connections=2)
ready = client.names.prefix + "ready"
effects, me, turns, sent = Effects(client, memory_seconds=3600), sys.argv[1], [], []
client.incr(ready)
while int(client.get(ready)) < 2:
    pass
for number in range(int(sys.argv[2])):
    own = {"card": f"card{number}", "grant": f"vtx{number}"}
    begun = effects.begin(f"{me}:{number}", holder=me, customer="c", fields=own)
    turns.append(begun.turn)
    both = effects.begin(f"both:{number}", holder="h", customer="c", fields={"card": f"b{number}"})
    since = (EffectState.PLANNED,)
    sent.append(effects.move(both.effect, EffectState.SENT, since=since) is not None)
print(json.dumps([turns, sent]))
"""


def test_two_processes_at_once_begin_each_grant_and_send_each_change_once(
    store: StoreClient, redis_url: str
) -> None:
    """One of two effects has the grant, and one of two runs of an effect marks it as sent."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _PROCESS, name, str(ROUNDS)],
            env=store_settings(redis_url),
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        for name in ("one", "two")
    ]
    (turns, sent), (others, also_sent) = (
        json.loads(process.communicate(timeout=60)[0]) for process in processes
    )

    for mine, other in zip(turns, others, strict=True):
        assert sorted([mine, other]) == ["begun", "claimed"]
    assert [one + other for one, other in zip(sent, also_sent, strict=True)] == [1] * ROUNDS
    ledger = Effects(store, memory_seconds=3600)
    assert sum(effect.number("sends") for effect in ledger.of(holder="h")) == ROUNDS
