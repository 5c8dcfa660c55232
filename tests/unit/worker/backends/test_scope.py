import pytest

from schemas import HolderRole
from tests.unit.worker.build import removal
from worker.backends.perks.scope import Scope, scope_of
from worker.errors import NeedsPersonError


@pytest.mark.parametrize(
    ("role", "scope"),
    [("REFEREE", Scope.REFEREE), ("REFERRER", Scope.REFERRER), ("OWNER", Scope.OWNER)],
)
def test_each_role_has_its_scope(role: str, scope: Scope) -> None:
    """Voucherify's three roles are told apart."""
    assert scope_of(removal(role=role)) is scope
    assert len(HolderRole) == 3


def test_another_role_needs_a_person() -> None:
    """A role that Voucherify adds one day is not guessed at."""
    with pytest.raises(NeedsPersonError) as caught:
        scope_of(removal(role="FRIEND"))

    assert caught.value.reason == "needs_a_person"
