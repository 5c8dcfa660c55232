"""One Flower for several installations: each further brand is a Flower of its own below a path."""

from typing import Any

from flower.app import Flower
from tornado.web import RedirectHandler

from dashboard.access import AdminAccess, Shown
from dashboard.settings import Brand, DashboardSettings


class BrandOptions:
    """Flower's options, but for those that must differ between brands."""

    def __init__(self, options: Any, brand: Brand) -> None:
        self._options = options
        self.url_prefix = _path(options, brand)
        #: The file of its tasks, with --persistent.
        self.db = f"{options.db}-{brand.name}"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._options, name)


class Brands(Flower):  # type: ignore[misc]  # Flower ships no types
    """
    Flower for the installation of this process; it passes on what is asked of the other brands.

    They share the process, its HTTP server, its loop and the login. Each has its own Celery
    application, tasks, metrics and access to its inbox.

    Args:
        capp: the Celery application of this process, whose `create` makes one of an environment.
        options: Flower's.
        perkhook: our settings.
        settings: tornado's.
    """

    def __init__(
        self, *, capp: Any, options: Any, perkhook: DashboardSettings, **settings: Any
    ) -> None:
        own, *others = perkhook.brands
        addresses = {each.name: f"/{_path(options, each)}" for each in perkhook.brands}

        def shown(brand: Brand) -> Shown:
            return Shown(_access(brand, perkhook), brand.name, addresses)

        super().__init__(capp=capp, options=options, perkhook=shown(own), **settings)
        self._others = [
            Flower(
                capp=capp.create(brand.environ),
                options=BrandOptions(options, brand),
                perkhook=shown(brand),
                **settings,
            )
            for brand in others
        ]
        for each in self._others:
            path = f"/{each.options.url_prefix}"
            # In front of what answers that there is no such page.
            self.add_handlers(
                ".*", [(path, RedirectHandler, {"url": f"{path}/"}), (f"{path}/.*", each)]
            )

    def start(self) -> None:
        """Listen to the workers of all brands, and serve until the process ends."""
        for each in (self, *self._others):
            if not self.options.read_only:
                each.settings["perkhook"].access.carry_out_batches()
        for each in self._others:
            each.events.start()
            each.started = True
            each.update_workers()
        super().start()

    def stop(self) -> None:
        """End what was started."""
        for each in self._others:
            each.stop()
        super().stop()


def _path(options: Any, brand: Brand) -> str:
    return "/".join(filter(None, ((options.url_prefix or "").strip("/"), brand.path)))


def _access(brand: Brand, perkhook: DashboardSettings) -> AdminAccess:
    return AdminAccess(
        brand.inbox.store,
        connections=brand.inbox.connections,
        dedupe_window_seconds=brand.inbox.dedupe_window_seconds,
        may_see_bodies=perkhook.may_see_bodies,
    )
