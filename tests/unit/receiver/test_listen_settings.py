import pytest

from receiver.server.listen import ListenSettings
from settings.reader import Reader, SettingsError


def read(environ: dict[str, str]) -> ListenSettings:
    """Read what a person has set."""
    reader = Reader(environ)
    found = ListenSettings.read(reader)
    reader.finish()
    return found


def test_every_variable_has_a_default() -> None:
    """An empty variable counts as unset."""
    found = read({"HOST": "", "DRAIN_SECONDS": ""})

    assert found == ListenSettings(
        host="0.0.0.0", port=8000, processes=1, drain_seconds=5, one_core=True
    )


def test_what_is_set_is_taken() -> None:
    """A drain of 0 seconds is one: stop at once."""
    environ = {"HOST": "::1", "PORT": "5000", "WEB_CONCURRENCY": "3", "DRAIN_SECONDS": "0"}
    environ["ONE_CORE"] = "off"

    assert read(environ) == ListenSettings(
        host="::1", port=5000, processes=3, drain_seconds=0, one_core=False
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"), ("PORT", "65536"), ("PORT", "http"),
        ("WEB_CONCURRENCY", "0"), ("WEB_CONCURRENCY", "two"),
        ("DRAIN_SECONDS", "-1"), ("DRAIN_SECONDS", "301"), ("DRAIN_SECONDS", "1.5"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    """The message names the variable and what it may be."""
    with pytest.raises(SettingsError, match=f"{name} must be a whole number from ") as caught:
        read({name: value})

    assert len(caught.value.problems) == 1
