from pathlib import Path

import pytest

from tests.house.private import used


HEAD = """
from kombu.transport import redis as kombu_redis
from kombu.utils.url import _parse_url
"""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def ask(channel):\n    return channel._in_poll", {"_in_poll"}),
        ("class Ours(kombu_redis.Channel):\n    def _brpop_read(self): ...", {"_brpop_read"}),
        ("class Ours(kombu_redis.Channel):\n    def a(self): self._closing = 1", {"_closing"}),
        ("class Ours(kombu_redis.Channel):\n    def a(self): super()._receive()", {"_receive"}),
        (
            "class Base(kombu_redis.QoS): ...\nclass Ours(Base):\n    def a(self): self._delivered",
            {"_delivered"},
        ),
        # Names of its own, though kombu has them elsewhere.
        ("class Ours:\n    def a(self): self._closing = 1", set()),
        ("class Ours(kombu_redis.Channel):\n    def _own(self): self._channels = 1", set()),
        ("class Ours:\n    _pool = 1\ndef a(ours): return ours._pool", set()),
        ("def a(b): return b.__dict__, b._nobody_has_this", set()),
    ],
)
def test_a_private_name_counts_where_a_library_owns_it(
    text: str, names: set[str], tmp_path: Path
) -> None:
    """A name is found by use, by override and by inheritance; a class's own one is not counted."""
    module = tmp_path / "module.py"
    module.write_text(f"{HEAD}\n{text}\n")

    assert used([module]) == {module: {"kombu": {"_parse_url", *names}}}
