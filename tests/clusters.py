"""Real clusters and sentinels: server processes on this machine, and what befalls them."""

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

from inbox.keys import Keys
from sandbox.demo.ports import free_port
from tests import engine
from tests.faults.store import Store
from tests.processes import wait_until


#: Milliseconds after which nodes and sentinels take a server for dead.
DEAD_MS: Final = 2000

SLOTS: Final = 16_384


class Cluster:
    """
    A cluster of primaries, each with as many replicas.

    Args:
        folder: where its files go.
        primaries: how many servers share the slots.
        replicas: how many each of them has.
        options: other settings of the servers.
    """

    def __init__(
        self, folder: Path, *, primaries: int = 3, replicas: int = 0, **options: str
    ) -> None:
        self._buses = [free_port() for _ in range(primaries * (1 + replicas))]
        self.nodes = [_node(folder, bus, options) for bus in self._buses]
        self._primaries = primaries

    @property
    def url(self) -> str:
        """The address with all nodes."""
        places = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"redis+cluster://{places}"

    def start(self) -> None:
        """Start all nodes, let them meet, share the slots and wait until they agree."""
        for node in self.nodes:
            node.start()
        first, *others = self.nodes
        for node in others:
            ask(node, "CLUSTER", "MEET", "127.0.0.1", first.port, self._buses[0])
        wait_until(lambda: all(self._knows_all(node) for node in self.nodes), "all nodes have met")
        leaders = self.nodes[: self._primaries]
        for number, node in enumerate(leaders):
            begin, end = (SLOTS * each // self._primaries for each in (number, number + 1))
            ask(node, "CLUSTER", "ADDSLOTSRANGE", begin, end - 1)
        for number, node in enumerate(self.nodes[self._primaries :]):
            _follow(node, node_id(leaders[number % self._primaries]))
        wait_until(lambda: all(_agrees(node) for node in self.nodes), "the cluster is one")
        wait_until(
            lambda: all(_is_in_step(node) for node in self.nodes[self._primaries :]),
            "replicas are in step",
        )

    def close(self) -> None:
        """End all nodes."""
        for node in self.nodes:
            node.close()

    def owner(self, prefix: str) -> Store:
        """Return who takes writes for an installation's keys now."""
        found: list[Store] = []

        def look() -> bool:
            if owner := self._owner(prefix):
                found.append(owner)
            return bool(found)

        wait_until(look, "some node has the slot")
        return found[0]

    def replicas_of(self, node: Store) -> list[Store]:
        """Return the nodes that follow one."""
        return [
            each for each in self.nodes if info(each, "replication").get("master_port") == node.port
        ]

    def fail_over(self, prefix: str) -> Store:
        """Let a replica take over in agreement with its primary; return the old one."""
        old = self.owner(prefix)
        ask(self.replicas_of(old)[0], "CLUSTER", "FAILOVER")
        wait_until(lambda: self._owner(prefix) not in {None, old}, "the replica has taken over")
        return old

    def move_at_once(self, prefix: str, to: Store) -> None:
        """Move an installation's slot to another primary atomically (Valkey 9)."""
        old, slot = self.owner(prefix), self.slot(prefix)
        ask(old, "CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", slot, slot, "NODE", node_id(to))
        wait_until(lambda: self._owner(prefix) == to, "the slot has moved")

    def moving(self, prefix: str, to: Store) -> Iterator[int]:
        """
        Move a slot key by key, as `valkey-cli --cluster reshard` does.

        Yields how many keys are left. The slot is on its way from the first yield on.
        """
        old, slot = self.owner(prefix), self.slot(prefix)
        ask(to, "CLUSTER", "SETSLOT", slot, "IMPORTING", node_id(old))
        ask(old, "CLUSTER", "SETSLOT", slot, "MIGRATING", node_id(to))
        while keys := ask(old, "CLUSTER", "GETKEYSINSLOT", slot, 10):
            yield int(ask(old, "CLUSTER", "COUNTKEYSINSLOT", slot))
            ask(old, "MIGRATE", "127.0.0.1", to.port, "", 0, 5000, "KEYS", *keys)
        for node in (to, old):
            ask(node, "CLUSTER", "SETSLOT", slot, "NODE", node_id(to))
        wait_until(lambda: self._owner(prefix) == to, "the slot has moved")

    def slot(self, prefix: str) -> int:
        """Return the slot of an installation's keys."""
        return int(ask(self.nodes[0], "CLUSTER", "KEYSLOT", Keys(prefix).guard))

    def others(self, prefix: str) -> list[Store]:
        """Return the primaries that do not have an installation's keys."""
        owner = self.owner(prefix)
        return [
            node
            for node in self.nodes
            if node != owner and info(node, "replication")["role"] == "master"
        ]

    def _owner(self, prefix: str) -> Store | None:
        for node in self.nodes:
            with suppress(RedisError):
                at(node.port, "DEL", Keys(prefix).guard, seconds=0.5)
                return node
        return None

    def _knows_all(self, node: Store) -> bool:
        return len(ask(node, "CLUSTER", "NODES").split(b"\n")) > len(self.nodes)


def _node(folder: Path, bus: int, options: dict[str, str]) -> Store:
    settings: Any = {
        "cluster-enabled": "yes",
        "cluster-port": str(bus),
        "cluster-node-timeout": str(DEAD_MS),
        # As many as are alive serve what they have.
        "cluster-require-full-coverage": "no",
        "repl-diskless-sync-delay": "0",
        **options,
    }
    return Store(folder, **settings)


class Sentinels:
    """
    A primary, its replicas, and sentinels that watch over them.

    Args:
        folder: where the files go.
        replicas: how many servers follow the primary.
        sentinels: how many watch; more than half of them decide.
        password: of the sentinels; "" for none.
        options: other settings of the servers.
    """

    SERVICE: Final = "perkhook-store"

    def __init__(
        self,
        folder: Path,
        *,
        replicas: int = 2,
        sentinels: int = 3,
        password: str = "",
        **options: str,
    ) -> None:
        quick: Any = {"repl-diskless-sync-delay": "0", **options}
        self.nodes = [Store(folder, **quick) for _ in range(1 + replicas)]
        self.ports = [free_port() for _ in range(sentinels)]
        self._folder = folder
        self._password = password
        self._watching: list[subprocess.Popen[bytes]] = []

    @property
    def url(self) -> str:
        """The address with all sentinels."""
        places = ",".join(f"127.0.0.1:{port}" for port in self.ports)
        return f"redis+sentinel://{places}/{self.SERVICE}/0"

    def start(self) -> None:
        """Start all servers, let them follow the first, and let sentinels find each other."""
        first, *others = self.nodes
        first.start()
        for node in others:
            node.start()
            node.follow(first.port)
        for number in range(len(self.ports)):
            self.watch(number, first.port)
        wait_until(lambda: all(self._is_ready(port) for port in self.ports), "sentinels agree")

    def watch(self, number: int, primary: int) -> None:
        """Start one sentinel, which knows of this primary."""
        port = self.ports[number]
        file = self._folder / f"sentinel-{port}.conf"
        file.write_text(
            f"port {port}\nbind 127.0.0.1\ndir {self._folder}\n"
            f"sentinel monitor {self.SERVICE} 127.0.0.1 {primary} {len(self.ports) // 2 + 1}\n"
            f"sentinel down-after-milliseconds {self.SERVICE} {DEAD_MS}\n"
            f"sentinel failover-timeout {self.SERVICE} 6000\n"
            + (f"requirepass {self._password}\n" if self._password else "")
        )
        with (self._folder / f"sentinel-{port}.log").open("ab") as log:
            self._watching.append(
                subprocess.Popen(
                    [str(engine.path()), str(file), "--sentinel"],
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )

    def sentinel(self, number: int) -> subprocess.Popen[bytes]:
        """Return the process of a sentinel."""
        return self._watching[number]

    def close(self) -> None:
        """End all."""
        for sentinel in self._watching:
            sentinel.kill()
            sentinel.wait()
        for node in self.nodes:
            node.close()

    def named(self, sentinel: int = 0) -> Store:
        """Return who a sentinel says is the primary."""
        found = at(self.ports[sentinel], "SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.SERVICE)
        return next(node for node in self.nodes if node.port == int(found[1]))

    def _is_ready(self, port: int) -> bool:
        with suppress(RedisError):
            words = at(port, "SENTINEL", "MASTER", self.SERVICE, password=self._password or None)
            found = dict(zip(words[::2], words[1::2], strict=True))
            return (
                found[b"flags"] == b"master"
                and int(found[b"num-slaves"]) == len(self.nodes) - 1
                and int(found[b"num-other-sentinels"]) == len(self.ports) - 1
            )
        return False


def at(port: int, *words: Any, seconds: float = 10, password: str | None = None) -> Any:
    """Ask a server at a port."""
    with Redis(
        port=port,
        password=password,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        protocol=2,
        retry=Retry(NoBackoff(), 0),
    ) as client:
        return client.execute_command(*words)


def ask(node: Store, *words: Any) -> Any:
    """Ask a server."""
    return at(node.port, *words)


def info(node: Store, section: str) -> dict[str, Any]:
    """Return a section of a server's INFO; empty if it does not answer."""
    with suppress(RedisError), Redis(port=node.port, socket_timeout=5) as client:
        found: dict[str, Any] = client.info(section)
        return found
    return {}


def node_id(node: Store) -> str:
    """Return the id by which a cluster knows a node."""
    return str(ask(node, "CLUSTER", "MYID").decode())


def _agrees(node: Store) -> bool:
    lines = ask(node, "CLUSTER", "INFO").decode().splitlines()
    return "cluster_state:ok" in lines and f"cluster_slots_ok:{SLOTS}" in lines


def _is_in_step(node: Store) -> bool:
    return bool(info(node, "replication").get("master_link_status") == "up")


def _follow(node: Store, leader: str) -> None:
    def done() -> bool:
        # Until it knows that one as a primary with slots.
        with suppress(ResponseError):
            return bool(ask(node, "CLUSTER", "REPLICATE", leader))
        return False

    wait_until(done, "a replica follows")
