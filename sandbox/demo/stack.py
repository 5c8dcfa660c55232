import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Printer

from sandbox.demo.ports import free_port
from sandbox.demo.valkey import embedded_valkey
from sandbox.settings import DEMO


ROOT = Path(__file__).parent.parent.parent

#: What of the surrounding environment the processes see. Nothing of perkhook's own: a shell
#: may hold the variables of a real deployment, and this must never touch one.
_KEPT = ("HOME", "LANG", "LC_ALL", "TERM", "TMPDIR", "TZ", "SSL_CERT_FILE", "VIRTUAL_ENV")


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the parts of the running stack are."""

    redis: str
    receiver: str
    flower: str
    sandbox: str


class Stack:
    """The Procfile's own commands beside a Valkey and the stand-ins, under honcho."""

    def __init__(self, *, quiet: bool) -> None:
        self._lines = Lines(quiet=quiet)
        self._exit_code: int | None = None
        self._running = True

    def run(self, guide: Callable[["Stack", Addresses], int | None]) -> int:
        """
        Start everything, let `guide` do its part in a thread, stop everything.

        A guide that returns a number ends the stack with that exit code; None leaves it up
        until a signal comes or a process ends.
        """
        with embedded_valkey() as redis:
            self.addresses = Addresses(
                redis=redis,
                receiver=f"http://127.0.0.1:{free_port(8000)}",
                flower=f"http://127.0.0.1:{free_port(5555)}",
                sandbox=f"http://127.0.0.1:{free_port(8800)}",
            )
            manager = Manager(self._lines)
            commands = parse_procfile((ROOT / "Procfile").read_text(encoding="utf-8")).processes
            commands["sandbox"] = 'python -m sandbox.serve --port "$PORT"'
            for name, command in commands.items():
                manager.add_process(name, command, env=self.environment(name), cwd=str(ROOT))
            # A closed terminal must leave nothing behind either.
            signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
            guiding = threading.Thread(target=self._guide, args=(guide,), daemon=True)
            guiding.start()
            try:
                manager.loop()
            except BaseException:
                _kill_all(manager)
                raise
            finally:
                self._running = False
            # A process that ended by itself has ended the loop; the guide names it.
            guiding.join(timeout=10)
        if self._exit_code is not None:
            return self._exit_code
        # Ctrl-C is how one leaves; any other end is a failure.
        return 0 if manager.returncode == 130 else 1

    def stopped(self) -> str | None:
        """Return the name of the first process that ended by itself; None while all run."""
        return self._lines.first_stopped

    @property
    def leaving(self) -> bool:
        """Whether the stack was asked to stop."""
        return self._lines.leaving

    def tail(self, name: str) -> str:
        """Return the last lines that a process wrote."""
        return "".join(self._lines.last.get(name, []))

    def environment(self, name: str) -> dict[str, str]:
        """Return the environment that a process needs, without the secrets of the others."""
        at = self.addresses
        found = {key: os.environ[key] for key in _KEPT if key in os.environ}
        found |= {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "PYTHONUNBUFFERED": "1",
            "LOG_FORMAT": "console",
            "REDIS_URL": at.redis,
        }
        extra = {
            "web": {
                "HOST": "127.0.0.1",
                "PORT": _port(at.receiver),
                # There is no load balancer to wait for.
                "DRAIN_SECONDS": "0",
                "VOUCHERIFY_WEBHOOK_SECRETS": DEMO["SANDBOX_WEBHOOK_SECRET"],
            },
            "worker": {
                "RECLAIM_INTERVAL_SECONDS": "1",
                "RETRY_SCHEDULE_SECONDS": "1,2,5,10,30,60",
                # A body that a person tries out may be of any day.
                "MAX_EVENT_AGE_SECONDS": "0",
                "PERKS_BACKEND": "voucherify",
                "VOUCHERIFY_API_URL": at.sandbox,
                "VOUCHERIFY_APP_ID": DEMO["SANDBOX_APP_ID"],
                "VOUCHERIFY_APP_TOKEN": DEMO["SANDBOX_APP_TOKEN"],
                "CRM_BACKEND": "http",
                "CRM_HTTP_URL": f"{at.sandbox}/crm/events",
                "CRM_HTTP_SECRET": DEMO["SANDBOX_CRM_SECRET"],
            },
            "flower": {"FLOWER_ADDRESS": "127.0.0.1", "PORT": _port(at.flower)},
            "sandbox": {
                **DEMO,
                "PORT": _port(at.sandbox),
                "SANDBOX_WEBHOOK_URL": f"{at.receiver}/webhooks/voucherify",
            },
        }
        return found | extra.get(name, {})

    def _guide(self, guide: Callable[["Stack", Addresses], int | None]) -> None:
        try:
            self._exit_code = guide(self, self.addresses)
        except BaseException:
            self._exit_code = 1
            raise
        finally:
            if self._exit_code is not None and self._running:
                os.kill(os.getpid(), signal.SIGTERM)


class Lines(Printer):  # type: ignore[misc]  # honcho ships no types
    """Prints what the processes write, and remembers the end of it and who stopped first."""

    def __init__(self, *, quiet: bool) -> None:
        super().__init__(sys.stdout)
        self._quiet = quiet
        self.first_stopped: str | None = None
        self.leaving = False
        self.last: dict[str, list[str]] = {}

    def write(self, message: Any) -> None:
        """Take one line; honcho's own lines come under the name `system`."""
        data = message.data
        text = data.decode(errors="replace") if isinstance(data, bytes) else data
        if message.name == "system":
            self._follow(text)
        self.last[message.name] = [*self.last.get(message.name, [])[-30:], text.rstrip("\n") + "\n"]
        if self._quiet:
            return
        try:
            super().write(message)
        except OSError:
            # The reader of our output has gone; that is no reason to leave processes behind.
            self._quiet = True

    def _follow(self, text: str) -> None:
        if text.endswith(" received\n"):
            self.leaving = True
        elif " stopped (rc=" in text and self.first_stopped is None and not self.leaving:
            self.first_stopped = text.split(" ", 1)[0]


def _kill_all(manager: Manager) -> None:
    """Leave nothing behind when honcho's loop broke, even before it knew all processes."""
    pids = {process["pid"] for process in manager._processes.values() if "pid" in process}  # noqa: SLF001 - no public way to ask
    with suppress(queue.Empty):
        while len(pids) < len(manager._processes):  # noqa: SLF001 - as above
            message = manager.events.get(timeout=2)
            if message.type == "start":
                pids.add(message.data["pid"])
    for pid in pids:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def _port(address: str) -> str:
    return address.rsplit(":", 1)[1]
