import signal
from pathlib import Path

import pytest

from tests.integration.worker.shop import Shop
from tests.integration.worker.station import environment, station, until, working


SECRET = "p4ssw0rd-of-nobody"


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (
            {"PERKS_BACKEND": "http", "CRM_HTTP_SECRET": f"whsec_{SECRET}", "CRM_HTTP_URL": SECRET},
            ["PERKS_HTTP_URL", "PERKS_HTTP_SECRET", "CRM_HTTP_SECRET", "CRM_HTTP_URL"],
        ),
        (
            {"REDIS_URL": f"http://:{SECRET}@h", "JOB_LEASE_SECONDS": "5", "CRM_HTTP_URL": SECRET},
            ["REDIS_URL", "JOB_LEASE_SECONDS", "CRM_HTTP_URL"],
        ),
        ({"HTTPS_PROXY": f"socks5://u:{SECRET}@h"}, ["HTTPS_PROXY"]),
        ({"SSL_CERT_FILE": f"/{SECRET}"}, ["SSL_CERT_FILE"]),
    ],
    ids=["of the worker", "of both", "a proxy", "certificates"],
)
def test_a_worker_with_wrong_settings_does_not_start(
    shop: Shop, tmp_path: Path, wrong: dict[str, str], named: list[str]
) -> None:
    """It exits with an error and one message that names all that is wrong and no value."""
    environ = {**environment("redis://127.0.0.1:9/0", shop), **wrong}

    with working(environ, tmp_path / "worker.log") as worker:
        assert worker.ended(seconds=60) not in {0, -signal.SIGKILL}

    text = worker.text
    assert text.count("perkhook cannot start, the environment is wrong:") == 1
    assert {line.split()[1] for line in text.splitlines() if line.startswith("  - ")} == set(named)
    assert SECRET not in text
    assert "Traceback" not in text


# Celery puts the steps of a worker into an order that follows the hashes of their names.
# With these two, the services of the jobs are stopped before and after the pool.
@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_a_worker_that_is_stopped_ends_its_jobs_first(
    shop: Shop, tmp_path: Path, hash_seed: str
) -> None:
    """SIGTERM in the middle of two jobs: both are done with all their calls, then exit 0."""
    referee = shop.scenario(own=1000)["referees"][0]
    raw = shop.removal(referee["holder"])
    first = {"delay_seconds": 60, "times": 1}
    shop.faults("crm", first)
    # All its calls fit into the 8 s after which jobs go back, on a busy machine too.
    shop.faults("voucherify", first, {"delay_seconds": 0.15})
    with station(shop, tmp_path, PYTHONHASHSEED=hash_seed) as made:
        delivery = made.intake.accept(raw).delivery
        for name in ("revoke_referral_perks", "notify_crm"):
            made.in_state(f"{delivery}:{name}", "running")
        until(lambda: shop.requests("voucherify") and shop.requests("crm"))

        made.worker.process.send_signal(signal.SIGTERM)
        until(lambda: "Warm shutdown" in made.worker.text)
        shop.clock.let_go()

        assert made.worker.ended(seconds=30) == 0
        found = made.desk.delivery(delivery)
        assert found
        assert found.ended["notify_crm"] == "the CRM service took the note"
        assert found.ended["revoke_referral_perks"].startswith("took back 500")
        assert found.completed
        assert not made.worker.logs("job.unexpected_error")
        assert made.worker.logs("worker.stopped")
    assert shop.balance(referee["card"]["id"]) == 1000
    assert [each["repeats"] for each in shop.notes()] == [0]


def test_a_worker_whose_handler_retries_for_too_long_does_not_start(
    shop: Shop, tmp_path: Path
) -> None:
    """A job that outlasts the ledger could take its steps again; the message names the handler."""
    (tmp_path / "shop_slow.py").write_text(
        "from worker.handlers import handles\n"
        "@handles('customer.created', queue='letters', retries=(604_800,) * 30)\n"
        "def send_letter(event, services, job):\n    return ''\n"
    )
    environ = environment(
        "redis://127.0.0.1:9/0", shop, HANDLERS="shop_slow", PYTHONPATH=str(tmp_path)
    )

    with working(environ, tmp_path / "worker.log") as worker:
        assert worker.ended(seconds=60) not in {0, -signal.SIGKILL}

    assert "  - HANDLERS: shop_slow.send_letter has retries that add up to too long" in worker.text
    assert "Traceback" not in worker.text
