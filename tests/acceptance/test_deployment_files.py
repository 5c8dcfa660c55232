"""The files that a deployment uses are read by the programs they are written for."""

import re
import subprocess
from pathlib import Path

from tests.processes import ROOT
from tests.programs import need


def test_haproxy_takes_its_configuration() -> None:
    """HAProxy finds nothing wrong with deploy/haproxy.cfg."""
    answer = subprocess.run(
        [need("haproxy"), "-c", "-f", "deploy/haproxy.cfg"],
        cwd=ROOT,
        env={
            "LISTEN": "127.0.0.1:18080",
            "RECEIVER_1": "127.0.0.1:18001",
            "RECEIVER_2": "127.0.0.1:18002",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stderr
    assert "warning" not in answer.stderr.lower(), answer.stderr


def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    """Filled in by the lines of docs/deployment.md, nginx finds nothing wrong in its file."""
    need("envsubst")
    text = (ROOT / "docs/deployment.md").read_text()
    block = re.search(r"```sh\n(export LISTEN.*?)```", text, re.DOTALL)
    assert block is not None
    (tmp_path / "deploy").symlink_to(ROOT / "deploy")
    subprocess.run(["sh", "-ec", block.group(1)], cwd=tmp_path, check=True)
    site, main = tmp_path / "perkhook.conf", tmp_path / "nginx.conf"
    main.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{ include {site}; }}\n")
    answer = subprocess.run(
        [need("nginx"), "-t", "-q", "-e", "stderr", "-p", tmp_path, "-c", main],
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stderr
    assert not answer.stderr, answer.stderr


def test_docker_compose_takes_its_file() -> None:
    """Compose reads docker-compose.yml when the required variables are set."""
    answer = _compose(
        VOUCHERIFY_WEBHOOK_SECRETS="insecure-secret-for-a-test", FLOWER_BASIC_AUTH="a:b"
    )

    assert answer.returncode == 0, answer.stderr


def test_docker_compose_names_a_required_variable_that_is_missing() -> None:
    """Without the webhook secret nothing starts, and the message names the variable."""
    answer = _compose(FLOWER_BASIC_AUTH="a:b")

    assert answer.returncode != 0
    assert "VOUCHERIFY_WEBHOOK_SECRETS" in answer.stderr


def test_docker_compose_takes_the_file_for_brands() -> None:
    """Compose reads deploy/brands/docker-compose.yml with the variables of docs/brands.md."""
    page = (ROOT / "docs" / "brands.md").read_text()
    names = set(re.findall(r"^((?:SHOES|FLOWER)_\w+)=", page, re.MULTILINE)) - {"FLOWER_BRANDS"}
    names |= {name.replace("SHOES", "HATS") for name in names}
    given = dict.fromkeys(names, "a:b")
    answer = _compose("deploy/brands", **given)

    assert len(given) == 11
    assert answer.returncode == 0, answer.stderr
    assert not answer.stderr
    without = {name: word for name, word in given.items() if name != "HATS_PROJECT_ID"}
    assert "HATS_PROJECT_ID" in _compose("deploy/brands", **without).stderr


def _compose(folder: str = ".", **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [need("docker-compose"), "config", "--quiet"],
        cwd=ROOT / folder,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
