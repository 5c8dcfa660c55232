import pytest

from sandbox.faults.rules import Faults, Rule


@pytest.mark.parametrize(
    ("fault", "applies"),
    [
        ({}, True),
        ({"delay_seconds": 1}, True),
        ({"status": 503}, False),
        ({"drop": True}, False),
        ({"status": 503, "apply": True}, True),
        ({"drop": True, "apply": True}, True),
        ({"delay_seconds": 1, "apply": False}, False),
    ],
)
def test_a_refused_or_dropped_call_has_no_effect_unless_asked_for(
    fault: dict[str, object], applies: bool
) -> None:
    """By default a call that got no answer of its own also did nothing."""
    assert Rule.parse(fault).fault.applies is applies


def test_skip_and_times_count_calls() -> None:
    """A fault can hit the second and third call only."""
    faults = Faults()
    faults.put({"crm": {"status": 500, "skip": 1, "times": 2}})
    hits = [faults.take("crm", "POST", "/crm/events") is not None for _ in range(5)]
    assert hits == [False, True, True, False, False]


def test_path_and_method_choose_calls() -> None:
    """A fault for balance calls leaves the reading of the same card alone."""
    faults = Faults()
    faults.put({"voucherify": {"method": "post", "path": "/v1/vouchers/*/balance"}})
    assert faults.take("voucherify", "POST", "/v1/vouchers/GIFT-1/balance")
    assert not faults.take("voucherify", "GET", "/v1/vouchers/GIFT-1/balance")
    assert not faults.take("voucherify", "POST", "/v1/vouchers/GIFT-1/disable")
    assert not faults.take("crm", "POST", "/v1/vouchers/GIFT-1/balance")


def test_faults_follow_each_other_in_a_list() -> None:
    """When the first of several is used up, the next one takes over."""
    faults = Faults()
    faults.put({"shop": [{"status": 500, "times": 1}, {"status": 429, "times": 1}]})
    hits = [faults.take("shop", "POST", "/shop/perks") for _ in range(3)]
    assert [hit and hit.status for hit in hits] == [500, 429, None]


@pytest.mark.parametrize("wanted", [{"bank": {}}, {"crm": {"statsu": 500}}, {"crm": {"used": 3}}])
def test_a_typo_changes_nothing(wanted: dict[str, object]) -> None:
    """An unknown name is refused as a whole, so that no test passes for nothing."""
    faults = Faults()
    with pytest.raises(ValueError, match="No such"):
        faults.put({"shop": {"status": 500}, **wanted})
    assert faults.as_json() == {}


def test_null_switches_one_component_off() -> None:
    """Putting null ends the faults of one component and keeps the others."""
    faults = Faults()
    faults.put({"crm": {"status": 500}, "shop": {"status": 500}})
    faults.put({"crm": None})
    assert faults.take("crm", "POST", "/crm/events") is None
    assert faults.take("shop", "POST", "/shop/perks") is not None


def test_every_hits_each_so_manieth_call() -> None:
    """A fault can hit every third call, so that most go well."""
    faults = Faults()
    faults.put({"crm": {"status": 500, "every": 3}})
    hits = [faults.take("crm", "POST", "/crm/events") is not None for _ in range(7)]
    assert hits == [False, False, True, False, False, True, False]
