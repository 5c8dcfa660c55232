"""Which installations FLOWER_BRANDS makes one Flower show."""

import re
from types import SimpleNamespace

import pytest

from dashboard.brands import BrandOptions
from dashboard.settings import Brand, DashboardSettings
from settings.reader import SettingsError


STORE = "redis://:sesame@10.0.0.1:6379/0"


def brands(named: str, **environ: str) -> tuple[Brand, ...]:
    """Read the brands of a Flower that is of the shoes' installation."""
    given = {"REDIS_URL": STORE, "STORE_PREFIX": "{shoes}:", "FLOWER_BRANDS": named}
    return DashboardSettings.from_environ(given | environ).brands


def test_without_brands_there_is_the_own_installation() -> None:
    """It has no name, and its pages are where Flower's always were."""
    (own,) = brands("")

    assert (own.name, own.path, own.inbox.store.prefix) == ("", "", "{shoes}:")


def test_brands_share_the_store_and_have_their_own_prefix() -> None:
    """The installation of this process comes first, wherever it stands in the list."""
    shoes, hats = brands("hats={hats}:,shoes={shoes}:")

    assert (shoes.name, shoes.path, shoes.inbox.store.prefix) == ("shoes", "", "{shoes}:")
    assert (hats.name, hats.path, hats.inbox.store.prefix) == ("hats", "brand/hats", "{hats}:")
    assert hats.inbox.store.places == shoes.inbox.store.places
    assert hats.environ["REDIS_URL"] == shoes.environ["REDIS_URL"] == STORE
    assert hats.environ["STORE_PREFIX"] == "{hats}:"


def test_a_brand_may_have_an_address_of_its_own() -> None:
    """Its Celery application and its inbox are made of it; an empty one counts as unset."""
    _, hats, red = brands(
        "shoes={shoes}:,big-hats=perkhook:,red={red}:",
        BIG_HATS_REDIS_URL="rediss://hats:x7q@10.0.0.2:6380/3", RED_REDIS_URL=" ",
    )  # fmt: skip

    assert hats.inbox.store.places == (("10.0.0.2", 6380),)
    assert (hats.inbox.store.username, hats.inbox.store.db) == ("hats", 3)
    assert hats.inbox.store.prefix == "perkhook:"
    assert hats.environ["REDIS_URL"] == "rediss://hats:x7q@10.0.0.2:6380/3"
    assert red.inbox.store.places == (("10.0.0.1", 6379),)


def test_users_of_one_store_do_not_make_two_installations_of_one() -> None:
    """Two brands with one prefix in one store are the same, whoever logs in."""
    with pytest.raises(SettingsError, match="FLOWER_BRANDS must name each installation once"):
        brands("shoes={shoes}:,hats={shoes}:", HATS_REDIS_URL=STORE.replace("sesame", "other"))


@pytest.mark.parametrize(
    ("named", "environ", "problem"),
    [
        ("hats={hats}:", {}, "FLOWER_BRANDS must name the installation of STORE_PREFIX, too"),
        ("shoes={shoes}:,hats={hats}:", {"HATS_REDIS_URL": "x7q"}, "HATS_REDIS_URL must be an"),
        ("shoes={shoes}:,hats={hats}:", {"HAT_REDIS_URL": STORE}, "write HATS_REDIS_URL"),
        (
            "shoes={shoes}:,hats=hats:",
            {"REDIS_URL": "redis+cluster://10.0.0.1"},
            "FLOWER_BRANDS must hold a part in braces",
        ),
    ],
)
def test_what_is_wrong_is_named(named: str, environ: dict[str, str], problem: str) -> None:
    """The start ends with the variable to change, and shows no value."""
    with pytest.raises(SettingsError, match=re.escape(problem)) as error:
        brands(named, **environ)

    assert "x7q" not in str(error.value)
    assert "sesame" not in str(error.value)


def test_options_of_brands_differ_in_their_path_and_their_file_only() -> None:
    """A brand is below Flower's own prefix, and keeps its tasks in a file of its own."""
    options = SimpleNamespace(url_prefix="/flower/", db="flower", max_tasks=7)
    _, hats = brands("shoes={shoes}:,hats={hats}:")
    found = BrandOptions(options, hats)

    assert (found.url_prefix, found.db, found.max_tasks) == ("flower/brand/hats", "flower-hats", 7)
