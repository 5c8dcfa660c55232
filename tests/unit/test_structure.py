"""What must agree across files, so that a change in one place cannot leave another behind."""

import json
import re
import subprocess
import sys
import tomllib
from typing import Any

import pytest
import yaml

from inbox.keys import DELIVERIES_QUEUE
from tests.processes import ROOT, procfile_command
from worker.app import create_celery
from worker.handlers import load_handlers


class Recorder(dict[str, str]):
    """An empty environment that remembers what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        """Remember the name."""
        self.asked.add(key)
        return default


def test_workers_serve_every_queue_that_jobs_are_sent_to() -> None:
    """Celery's queues are those of the handlers and the first one, and nothing is routed."""
    app = create_celery({})
    queues = {queue.name for queue in app.conf.task_queues}

    assert queues == {DELIVERIES_QUEUE, *load_handlers().queues}
    assert " -Q" not in procfile_command("worker"), "the worker must serve all queues"


def test_every_handler_has_a_task() -> None:
    """A job whose name no worker knows would be dropped by Celery."""
    app = create_celery({})

    names = {name for name in app.tasks if name.startswith("perkhook.")}

    assert names == {f"perkhook.{name}" for name in ("process", *load_handlers().by_name)}


@pytest.mark.parametrize(
    ("file", "service", "process"),
    [
        ("docker-compose.yml", "receiver-1", "web"),
        ("docker-compose.yml", "receiver-2", "web"),
        ("docker-compose.yml", "worker", "worker"),
        ("docker-compose.yml", "flower", "flower"),
        ("deploy/brands/docker-compose.yml", "shoes-web", "web"),
        ("deploy/brands/docker-compose.yml", "hats-web", "web"),
        ("deploy/brands/docker-compose.yml", "shoes-worker", "worker"),
        ("deploy/brands/docker-compose.yml", "hats-worker", "worker"),
        ("deploy/brands/docker-compose.yml", "flower", "flower"),
    ],
)
def test_containers_run_the_procfiles_commands(file: str, service: str, process: str) -> None:
    """What is tested under the Procfile is what runs in containers."""
    compose = yaml.safe_load((ROOT / file).read_text())
    shell, flag, command = compose["services"][service]["command"]

    assert (shell, flag) == ("sh", "-c")
    assert command.replace("$$", "$") == procfile_command(process)


def test_flower_knows_the_handlers_that_workers_know() -> None:
    """Both build the Celery application, so both need to know which modules hold own handlers."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]

    assert "HANDLERS" in services["worker"]["environment"]
    assert "HANDLERS" in services["flower"]["environment"]


def test_the_images_own_command_is_the_procfiles_web() -> None:
    """`docker run` without a command starts the receiver as the Procfile does."""
    line = next(
        line for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("CMD ")
    )

    assert json.loads(line.removeprefix("CMD ")) == ["sh", "-c", procfile_command("web")]


def test_the_image_holds_every_package_of_the_product() -> None:
    """A package that the Dockerfile forgets is found here and not in production."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = set(project["tool"]["importlinter"]["root_packages"]) - {"sandbox"}
    dockerfile = (ROOT / "Dockerfile").read_text()

    assert {name for name in packages if f"COPY {name} {name}" in dockerfile} == packages


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("requirements.txt", 30),
        ("requirements-dev.txt", 30),
        ("bench/rivals/flask_celery/requirements.txt", 20),
        ("bench/rivals/fastapi_arq/requirements.txt", 20),
    ],
)
def test_locked_requirements_are_hashed_and_name_no_registry(name: str, least: int) -> None:
    """Each package is pinned by hashes, and nothing of a machine's pip settings is in the file."""
    text = (ROOT / name).read_text()
    pins = re.findall(r"^[a-z0-9_.\-]+(?:\[[a-z,]+\])?==\S+", text, re.MULTILINE)

    assert len(pins) > least
    assert text.count("--hash=sha256:") > len(pins)
    assert "://" not in text
    assert "index-url" not in text
    assert "find-links" not in text


def test_importing_the_worker_reads_no_secret() -> None:
    """Flower imports the worker's application: that must ask for no secret of the worker."""
    asked = Recorder()
    create_celery(asked)

    assert {name for name in asked.asked if "SECRET" in name or "TOKEN" in name} == set()


def test_the_receiver_loads_nothing_of_the_worker() -> None:
    """A fresh interpreter that imports the receiver has loaded no Celery and no Marshmallow."""
    code = (
        "import receiver.wsgi, sys, json; print(json.dumps(sorted({name.split('.')[0] "
        "for name in sys.modules})))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"VOUCHERIFY_WEBHOOK_SECRETS": "insecure-secret-for-a-test"},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(json.loads(answer.stdout.splitlines()[-1]))

    assert (
        loaded & {"celery", "kombu", "marshmallow", "worker", "schemas", "httpx2", "httpcore2"}
        == set()
    )


def test_only_entry_points_read_the_environment() -> None:
    """`os.environ` stands in the entry points and nowhere else in the product."""
    entry_points = {
        "receiver/wsgi.py",
        "receiver/__main__.py",
        "worker/celery.py",
        "worker/__main__.py",
        "worker/backends/crm/hubspot/__main__.py",
        "inbox/__main__.py",
        "dashboard/flower_options.py",
    }
    packages = ("receiver", "inbox", "worker", "schemas", "telemetry", "settings", "dashboard")
    found = {
        str(file.relative_to(ROOT))
        for package in packages
        for file in (ROOT / package).rglob("*.py")
        if re.search(r"os\.environ[\[.)]|os\.environ$|getenv|import environ", file.read_text())
    }

    assert found == entry_points
