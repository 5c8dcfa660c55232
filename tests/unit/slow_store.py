"""A store that answers when a test says so, for the rounds of `inbox.durability.barrier`."""

import threading
import time
from collections.abc import Collection
from concurrent.futures import Future
from queue import Queue


DEADLINE = 20.0  # what takes longer hangs


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = time.monotonic()

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class Question:
    """A round that was sent to the store and is not answered yet."""

    def __init__(self, keys: Collection[str], wait_ms: int) -> None:
        self.keys = set(keys)
        self.wait_ms = wait_ms
        self._answer: Future[None] = Future()

    def confirm(self) -> None:
        """Answer that all is durable."""
        self._answer.set_result(None)

    def refuse(self, error: Exception) -> None:
        """Answer with an error."""
        self._answer.set_exception(error)

    def wait(self) -> None:
        """Stand where the barrier waits for the store."""
        self._answer.result(DEADLINE)


class SlowStore:
    """Answers each round only when a test says so."""

    def __init__(self) -> None:
        self.questions: Queue[Question] = Queue()
        self.under_way = 0
        self.most = 0
        self._lock = threading.Lock()

    def __call__(self, keys: Collection[str], wait_ms: int) -> None:
        """Take a question and hold it."""
        question = Question(keys, wait_ms)
        with self._lock:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        self.questions.put(question)
        try:
            question.wait()
        finally:
            with self._lock:
                self.under_way -= 1

    def next(self) -> Question:
        """Wait for the next round that is sent."""
        return self.questions.get(timeout=DEADLINE)
