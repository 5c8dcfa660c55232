from inbox.admin.fleet import Fleet
from receiver.metrics.row import Scrape
from receiver.metrics.table import ROWS
from tests.integration.inbox.house import House


def shown(house: House, begin: str = "perkhook_") -> dict[tuple[str, ...], float]:
    """Return samples of `/metrics` whose name begins so, by name and the values of their labels."""
    scrape = Scrape(Fleet(house.store).read(), {})
    return {
        (sample.name, *sample.labels.values()): sample.value
        for row in ROWS
        if (family := row.family(scrape)) is not None
        for sample in family.samples
        if sample.name.startswith(begin)
    }
