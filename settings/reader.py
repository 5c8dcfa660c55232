from collections.abc import Callable, Mapping
from typing import Final, TypeVar


T = TypeVar("T")


class SettingsError(Exception):
    """Names every variable that is missing or wrong. Holds no value, so no secret."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(
            "perkhook cannot start, the environment is wrong:\n"
            + "\n".join(f"  - {problem}" for problem in problems)
        )
        self.problems = tuple(problems)


class _Required:
    pass


REQUIRED: Final = _Required()


class Reader:
    """
    Reads variables one by one and keeps what is wrong until `finish`.

    A parser takes the text and raises ValueError with what is expected; the message must
    not repeat the text, which may be a secret. An empty variable counts as unset, which is
    how most platforms leave a variable that somebody cleared.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._problems: list[str] = []

    def read(self, name: str, parse: Callable[[str], T], default: str | _Required = REQUIRED) -> T:
        """
        Read one variable; `default` is written as a person would set it.

        After a problem the value returned is unusable: call `finish` before using any.
        """
        text = self._environ.get(name, "").strip()
        if not text:
            if isinstance(default, _Required):
                self.problem(name, "is required and not set")
                return None  # type: ignore[return-value]  # finish() raises before anyone sees it
            text = default
        try:
            return parse(text)
        except ValueError as error:
            self.problem(name, str(error))
            return None  # type: ignore[return-value]  # finish() raises before anyone sees it

    def problem(self, name: str, sentence: str) -> None:
        """Note that a variable is wrong, or wrong together with another."""
        self._problems.append(f"{name} {sentence}")

    def require(self, values: Mapping[str, str | None], when: str) -> None:
        """Note which of these variables, read with "" as default, are missing in this case."""
        for name, value in values.items():
            # None: it is set and wrong, which is told already.
            if value == "":
                self.problem(name, f"is required {when}")

    def finish(self) -> None:
        """
        End reading.

        Raises:
            SettingsError: names everything that is wrong.
        """
        if self._problems:
            raise SettingsError(self._problems)
