"""A deployment as the sender sees it: receivers are restarted one after the other."""

import http.client
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from tests.acceptance.receiver.kit import (
    DEADLINE,
    PATH,
    ROOT,
    eventually,
    free_port,
    running_web,
    signature,
)
from tests.programs import need


SENDERS = 8


def test_no_webhook_is_refused_while_receivers_are_restarted(
    redis_url: str, tmp_path: Path
) -> None:
    """
    Behind a load balancer that tries nothing twice, every webhook gets its 202.

    deploy/haproxy.cfg tries again what failed, and so would hide what a restart breaks:
    without that, nothing but the drain is left.
    """
    ports = [free_port(), free_port()]

    def start(n: int, life: int) -> ExitStack:
        stack = ExitStack()
        log = tmp_path / f"receiver-{n}-{life}"
        web = stack.enter_context(
            running_web(log, redis_url, PORT=str(ports[n]), DRAIN_SECONDS="3")
        )
        stack.callback(web.stop)
        return stack

    with ExitStack() as everything:
        receivers = [everything.enter_context(start(n, 1)) for n in range(2)]
        balancer = everything.enter_context(balancing(ports, tmp_path))
        load = everything.enter_context(Load(balancer.port))
        for n in range(2):
            receivers[n].close()
            assert set(load.results) == {202}, load.results
            assert f"Server receivers/receiver-{n + 1} is DOWN" in balancer.output
            everything.enter_context(start(n, 2))
            balancer.wait_for(f"Server receivers/receiver-{n + 1} is UP")
        load.stop()

        assert set(load.results) == {202}, load.results
        assert load.results[202] > 500


class Load:
    """Senders that keep their connections and send one webhook after the other."""

    def __init__(self, port: int) -> None:
        self.results: Counter[int | str] = Counter()
        self._port = port
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._send, args=(sender,)) for sender in range(SENDERS)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Let every sender finish the webhook it is at."""
        self._stop.set()
        for thread in self._threads:
            thread.join(DEADLINE)

    def _send(self, sender: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=DEADLINE)
        n = 0
        while not self._stop.wait(0.01):
            n += 1
            body = b'{"sender":%d,"n":%d}' % (sender, n)
            try:
                connection.request("POST", PATH, body, {"X-Voucherify-Signature": signature(body)})
                answer = connection.getresponse()
                answer.read()
                self.results[answer.status] += 1
            except (OSError, http.client.HTTPException) as error:
                self.results[repr(error)] += 1
                connection.close()
        connection.close()


class Balancer:
    """HAProxy that runs."""

    def __init__(self, port: int, log: Path) -> None:
        self.port = port
        self._log = log

    @property
    def output(self) -> str:
        """All that it has written."""
        return self._log.read_text()

    def wait_for(self, text: str) -> None:
        """Wait until it has written this."""
        eventually(lambda: text in self.output, text)


@contextmanager
def balancing(ports: list[int], folder: Path) -> Iterator[Balancer]:
    """Run the deployment's HAProxy, but let it try nothing twice."""
    text = (ROOT / "deploy/haproxy.cfg").read_text()
    for line in ("    retries 2\n", "    option redispatch\n", "    retry-on conn-failure"):
        assert text.count(line) == 1, f"deploy/haproxy.cfg has no {line!r}"
    changed = text.replace("    retries 2\n", "    retries 0\n")
    kept = [
        line
        for line in changed.splitlines(keepends=True)
        if line.split()[:1] != ["retry-on"] and line.split() != ["option", "redispatch"]
    ]
    config, log, port = folder / "haproxy.cfg", folder / "haproxy.log", free_port()
    config.write_text("".join(kept))
    with log.open("wb") as output:
        process = subprocess.Popen(
            [need("haproxy"), "-f", config],
            env={
                "LISTEN": f"127.0.0.1:{port}",
                "RECEIVER_1": f"127.0.0.1:{ports[0]}",
                "RECEIVER_2": f"127.0.0.1:{ports[1]}",
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        balancer = Balancer(port, log)
        eventually(lambda: _listens(port), "HAProxy listens")
        yield balancer
    finally:
        process.kill()
        process.wait(DEADLINE)


def _listens(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
