"""Flower's listening to the workers' events, which comes back as soon as the store does."""

import _thread
import logging
import time
from typing import Any, Final

from celery.events import EventReceiver
from flower.events import Events


log: Final = logging.getLogger(__name__)

#: Seconds between two tries to connect. Flower's own wait doubles without an end.
PAUSE_SECONDS: Final = 3.0


class Listening(Events):  # type: ignore[misc]  # Flower ships no types
    """Connects again every few seconds, and says once that the store is away."""

    _away = False

    def run(self) -> None:
        """Listen until the process ends."""
        while True:
            try:
                with self.capp.connection() as connection:
                    receiver = EventReceiver(
                        connection, handlers={"*": self.on_event}, app=self.capp
                    )
                    self._log_return()
                    receiver.capture(limit=None, timeout=None, wakeup=True)
            except (KeyboardInterrupt, SystemExit):
                _thread.interrupt_main()
            except Exception as error:  # noqa: BLE001 - whatever it is, Flower must not stay deaf
                if not self._away:
                    log.warning("perkhook: the store is away (%s)", type(error).__name__)
                self._away = True
                time.sleep(PAUSE_SECONDS)

    async def on_enable_events(self) -> Any:
        """Ask workers for their events, unless the store is away."""
        if not self._away:
            await super().on_enable_events()

    def _log_return(self) -> None:
        if self._away:
            log.warning("perkhook: the store is back")
        self._away = False
