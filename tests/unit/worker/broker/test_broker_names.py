"""What worker/broker relies on in kombu and Celery is as it was when it was last read."""

import hashlib
import inspect
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import worker.broker
from tests.house import imports, private


FOLDER = Path("worker/broker")
#: Lines that may use private names of kombu and Celery.
MOST_LINES = 400

#: Digests of what is replaced, extended or called, or reads what is set, in its library's source.
DIGESTS = {
    "celery.bootsteps.StartStopStep.start": "9a63cb8e2b82",
    "celery.worker.consumer.consumer.Consumer.call_soon_ack": "39f8579d0762",
    "celery.worker.consumer.consumer.Consumer.ensure_connected": "3f79cf3bb6d6",
    "celery.worker.consumer.consumer.Consumer.on_connection_error_after_connected": "4f84dbfff329",
    "celery.worker.consumer.consumer.Consumer.on_connection_error_before_connected": "7297b2be7355",
    "kombu.transport.redis.Channel.__init__": "f189bdebe243",
    "kombu.transport.redis.Channel._brpop_read": "c42518699709",
    "kombu.transport.redis.Channel._brpop_start": "06723d707ddf",
    "kombu.transport.redis.Channel._connparams": "e9a4295085a8",
    "kombu.transport.redis.Channel._create_client": "dae92bc4075d",
    "kombu.transport.redis.Channel._disconnect_pools": "db50da048a22",
    "kombu.transport.redis.Channel._get_pool": "d6e689f654ff",
    "kombu.transport.redis.Channel._on_connection_disconnect": "9eab3394f78b",
    "kombu.transport.redis.Channel._receive_one": "d59b8751d897",
    "kombu.transport.redis.Channel.async_pool": "97d7498c2a19",
    "kombu.transport.redis.Channel.basic_consume": "34e0da85e689",
    "kombu.transport.redis.Channel.close": "101e9b9cdad4",
    "kombu.transport.redis.Channel.pool": "5a99b1533403",
    "kombu.transport.redis.MultiChannelPoller.__init__": "c17f608673b9",
    "kombu.transport.redis.MultiChannelPoller._register_BRPOP": "85724582464a",
    "kombu.transport.redis.MultiChannelPoller.get": "e0f960e0c328",
    "kombu.transport.redis.MultiChannelPoller.maybe_check_brpop_health": "0dc592e46353",
    "kombu.transport.redis.MultiChannelPoller.maybe_check_subclient_health": "e9b7556edca3",
    "kombu.transport.redis.MultiChannelPoller.on_poll_start": "414f76caaa67",
    "kombu.transport.redis.MultiChannelPoller.on_readable": "c0d99f241607",
    "kombu.transport.redis.QoS.__init__": "77545b203b86",
    "kombu.transport.redis.QoS._remove_from_indices": "980a109d54ad",
    "kombu.transport.redis.QoS.ack": "1bc15a4ddf54",
    "kombu.transport.redis.QoS.append": "35c655f6ecc6",
    "kombu.transport.redis.QoS.reject": "747a02434344",
    "kombu.transport.redis.QoS.restore_by_tag": "58e161d81b6f",
    "kombu.transport.redis.Transport.__init__": "4fc30e8fa54d",
    "kombu.transport.redis.Transport.register_with_event_loop": "4b835642e4a9",
    "kombu.transport.virtual.base.Message.serializable": "096c75272cb3",
    "kombu.transport.virtual.base.QoS.ack": "0714292b916f",
    "kombu.transport.virtual.base.QoS.append": "b388f0cd6485",
    "kombu.transport.virtual.base.QoS.can_consume_max_estimate": "936d3958266c",
    "kombu.transport.virtual.base.Transport._deliver": "799e242f3ec5",
    "kombu.utils.scheduling.round_robin_cycle.__init__": "2513024d65e9",
    "kombu.utils.scheduling.round_robin_cycle.consume": "eebda26662b3",
    "redis.connection.Connection._connect": "660740390d04",
    "redis.connection.SSLConnection._connect": "2d27728b160c",
    "redis.connection.UnixDomainSocketConnection._connect": "1e02c33e137f",
}

_ROW = re.compile(r"^\| `([\w.]+)` \| `([\w./]+)` \| .+ \| .+ \|$", re.MULTILINE)
ROWS = _ROW.findall((FOLDER / "README.md").read_text())


def found_at(name: str) -> tuple[Any, str]:
    """Return the class that a dotted name starts with, and the name in it."""
    owner, _, attribute = name.rpartition(".")
    module, _, kind = owner.rpartition(".")
    return getattr(import_module(module), kind), attribute


def digest(name: str) -> str:
    """Return the digest of a method's source."""
    owner, attribute = found_at(name)
    part: Any = vars(owner).get(attribute)
    text = inspect.getsource(part.fget if isinstance(part, property) else part)  # type: ignore[arg-type]
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def overridden() -> Iterator[str]:
    """Name the methods of kombu and Celery that classes in worker/broker replace or extend."""
    for module in pkgutil.iter_modules(worker.broker.__path__, "worker.broker."):
        for kind in vars(import_module(module.name)).values():
            if not inspect.isclass(kind) or kind.__module__ != module.name:
                continue
            for name in vars(kind):
                for base in kind.__mro__[1:]:
                    part = vars(base).get(name)
                    theirs = base.__module__.partition(".")[0] in private.LIBRARIES
                    if theirs and (inspect.isfunction(part) or isinstance(part, property)):
                        yield f"{base.__module__}.{base.__name__}.{name}"
                        break


def test_every_private_name_has_its_row() -> None:
    """A private name that is used is listed in the README, and one that is listed is used."""
    source = [path for each in imports.PACKAGES for path in Path(each).rglob("*.py")]
    used = {
        (library, name, str(path))
        for path, by_library in private.used(source).items()
        for library, names in by_library.items()
        for name in names
    }
    listed = {(name.partition(".")[0], name.rpartition(".")[2], module) for name, module in ROWS}
    assert used == listed


def test_private_names_of_kombu_and_celery_stand_in_one_folder() -> None:
    """No other folder uses them, and the modules that do are short."""
    modules = {module for name, module in ROWS if name.startswith(("kombu.", "celery."))}
    assert {Path(module).parent for module in modules} == {FOLDER}
    assert sum(len(Path(module).read_text().splitlines()) for module in modules) <= MOST_LINES


@pytest.mark.parametrize("name", [name for name, _ in ROWS])
def test_a_private_name_is_where_the_readme_says(name: str) -> None:
    """The installed library has each listed name at its class."""
    assert private.has(*found_at(name)), f"{name} is gone: read worker/broker/README.md"


@pytest.mark.parametrize("name", DIGESTS)
def test_a_method_is_as_it_was_read(name: str) -> None:
    """A library's release that changes a method we rely on fails with the method's name."""
    assert digest(name) == DIGESTS[name], (
        f"{name} has changed: read it and worker/broker/README.md, then record its digest"
    )


def test_every_method_has_its_digest() -> None:
    """A method that is replaced, extended or listed is compared."""
    listed = {
        name for name, _ in ROWS if callable(vars(found_at(name)[0]).get(name.rpartition(".")[2]))
    }
    assert {*overridden(), *listed} <= DIGESTS.keys()


@pytest.mark.parametrize("library", ["celery", "kombu"])
def test_the_library_is_pinned(library: str) -> None:
    """Exactly the release that was read is installed, whatever came out since."""
    dependencies = tomllib.loads(Path("pyproject.toml").read_text())["project"]["dependencies"]
    assert f"{library}=={version(library)}" in dependencies
