"""What workers share, in memory."""

from typing import Any


class InMemory(dict[str, Any]):
    """Answers as `inbox.state.learned.Learned` does, and keeps everything."""

    def put(self, name: str, value: Any, *, seconds: int) -> None:
        """Remember something; how long does not matter here."""
        assert seconds > 0
        self[name] = value

    def forget(self, name: str) -> None:
        """Forget it."""
        self.pop(name, None)
