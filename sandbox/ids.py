from itertools import count


# Fixed widths make the order of the texts the order of creation, which
# `order=id` and `starting_after_id` rely on.
_HEX_DIGITS = {"cust": 24, "camp": 24, "v": 32}
_COMMON_DIGITS = 18


class Ids:
    """
    Hands out ids by counting, so that a run can be repeated and read.

    The count continues over a reset: in Voucherify too, no id ever names a second thing.
    """

    def __init__(self, first: int = 1) -> None:
        self._numbers = count(first)

    def number(self) -> int:
        """Return the next number; safe to call from any thread."""
        return next(self._numbers)

    def new(self, kind: str) -> str:
        """Return a new id such as rh_000000000000000002."""
        return f"{kind}_{self.number():0{_HEX_DIGITS.get(kind, _COMMON_DIGITS)}x}"

    def request(self) -> str:
        """Return a new request id; Voucherify writes these with a dash."""
        return f"v-{self.number():0{_COMMON_DIGITS}x}"
