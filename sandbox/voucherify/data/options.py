import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from sandbox.voucherify.data.errors import check_names


_CHOICES = {"activity_shape": ("nested", "flat"), "metadata_put": ("merge", "replace")}
_STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{3})Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """
    How moments are written.

    Voucherify's own examples end in Z or +00:00 and have from two to six digits of a
    second. Fewer than three digits cut the moment; more than three add zeros.
    """

    zone: str = "Z"
    digits: int = 3

    @classmethod
    def parse(cls, value: dict[str, Any]) -> Self:
        """
        Read a style from JSON.

        Raises:
            ValueError: When the zone or the number of digits is none that occurs.
        """
        style = cls(**value)
        if style.zone not in {"Z", "+00:00"} or style.digits not in range(2, 7):
            raise ValueError("A style has the zone Z or +00:00 and 2 to 6 digits.")
        return style

    def apply(self, text: bytes) -> bytes:
        """Write every moment in a text in this style."""
        if (self.zone, self.digits) == ("Z", 3):
            return text

        def write(found: re.Match[bytes]) -> bytes:
            fraction = found[2].ljust(self.digits, b"0")[: self.digits]
            return b"%b.%b%b" % (found[1], fraction, self.zone.encode())

        return _STAMP.sub(write, text)


_READ: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("rest", "webhooks"), Style.parse),
    **dict.fromkeys(("index_lag", "activity_noise"), int),
}


@dataclass(slots=True, kw_only=True)
class Options:
    """In what the stand-in for Voucherify may differ from its usual self."""

    rest: Style = field(default_factory=Style)
    webhooks: Style = field(default_factory=Style)
    # For how many more calls a balance change stays out of the list of transactions.
    index_lag: int = 0
    # Where an activity's event is: under `data.data`, beside its source, or in `data` itself.
    activity_shape: str = "nested"
    # How many stray events stand after each real one in a customer's activity.
    activity_noise: int = 0
    # Which project the webhooks say they are of.
    project_id: str = "proj_perkhookSandbox"
    # Whether a customer's metadata is merged key by key, or replaced as a whole.
    metadata_put: str = "merge"
    # The only metadata that customers may have ("Allow only defined metadata"); None is any.
    defined_metadata: list[str] | None = None
    # The key of the error for any other: the reference lists none that is of metadata.
    undefined_metadata_key: str | None = "invalid_customer"

    def put(self, value: dict[str, Any]) -> None:
        """
        Change what is named.

        Raises:
            ValueError: When a name is not one of ours.
        """
        check_names(value, (each.name for each in fields(self)), "option")
        for name, allowed in _CHOICES.items():
            if value.get(name, allowed[0]) not in allowed:
                raise ValueError(f"The {name.replace('_', ' ')} is {' or '.join(allowed)}.")
        read = {name: _READ[name](each) if name in _READ else each for name, each in value.items()}
        for name, each in read.items():
            setattr(self, name, each)

    def clear(self) -> None:
        """Behave as usual."""
        usual = Options()
        for each in fields(self):
            setattr(self, each.name, getattr(usual, each.name))

    def as_json(self) -> dict[str, Any]:
        """Show all options."""
        return asdict(self)
