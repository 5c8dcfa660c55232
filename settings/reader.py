from collections.abc import Callable, Mapping
from typing import Final, TypeVar, overload

from settings.names import near_misses
from settings.variable import Variable
from settings.variables.common import IGNORED_VARIABLES


T = TypeVar("T")
U = TypeVar("U")

#: No setting is longer; a longer one is a file's content or an accident.
LONGEST: Final = 65_536

_BOM: Final = "\ufeff"


class SettingsError(Exception):
    """Names every variable that is missing or wrong. Holds no value, so no secret."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(
            "perkhook cannot start, the environment is wrong:\n"
            + "\n".join(f"  - {problem}" for problem in problems)
        )
        self.problems = tuple(problems)


class Reader:
    """
    Reads variables one by one and keeps what is wrong until `finish`.

    An empty variable counts as unset, which is how most platforms leave a variable that was
    cleared.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._problems: list[str] = []
        #: What was read so far, and whether it was set.
        self._read: dict[str, bool] = {}

    @overload
    def read(self, variable: Variable[T]) -> T: ...

    @overload
    def read(self, variable: Variable[T], to: Callable[[T], U]) -> U: ...

    def read(self, variable: Variable[T], to: Callable[[T], U] | None = None) -> T | U:
        """
        Read one variable; `to` makes a value of another kind of what was parsed.

        After a problem the value returned is unusable: call `finish` before using any.
        """
        text = self._environ.get(variable.name, "").strip()
        self._read[variable.name] = bool(text)
        if not text:
            if variable.default is None:
                self.problem(variable.name, "is required and not set")
                return None  # type: ignore[return-value]  # finish() raises before anyone sees it
            text = variable.default
        try:
            _refuse_accidents(text)
            parsed = variable.parse(text)
        except ValueError as error:
            self.problem(variable.name, str(error))
            return None  # type: ignore[return-value]  # finish() raises before anyone sees it
        return to(parsed) if to else parsed

    def is_set(self, variable: Variable[T]) -> bool:
        """Return whether a variable that was read has a value of its own, not its default."""
        return self._read[variable.name]

    def problem(self, name: str, sentence: str) -> None:
        """Note that a variable is wrong, or wrong together with another; once is enough."""
        problem = f"{name} {sentence}"
        if problem not in self._problems:
            self._problems.append(problem)

    def require(self, values: Mapping[str, str | None], when: str) -> None:
        """Note which of these variables, read with "" as default, are missing in this case."""
        for name, value in values.items():
            # None: it is set and wrong, which is reported already.
            if value == "":
                self.problem(name, f"is required {when}")

    def finish(self) -> None:
        """
        End reading, and compare the names that are set with those that were read.

        Raises:
            SettingsError: names everything that is wrong.
        """
        ignored = self.read(IGNORED_VARIABLES) or ()
        others = self._environ.keys() - self._read.keys() - set(ignored)
        for name, sentence in near_misses(others, self._read):
            # What other processes read is loaded when it is needed, which is seldom.
            from settings.table import KNOWN  # noqa: PLC0415 - as the comment says

            if name not in KNOWN:
                self.problem(name, sentence)
        if self._problems:
            raise SettingsError(self._problems)


def check(environ: Mapping[str, str], process: str) -> None:
    """
    Read all variables of a process whose settings do not depend on each other.

    Raises:
        SettingsError: names everything that is wrong.
    """
    from settings.table import VARIABLES  # noqa: PLC0415 - needed once, at the start

    reader = Reader(environ)
    for each in VARIABLES:
        if process in each.processes:
            reader.read(each)
    reader.finish()


def _refuse_accidents(text: str) -> None:
    """Refuse what a tool has added to a value and no person means."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        # docker run --env-file keeps quotes as they stand in the file (moby/moby#46773).
        raise ValueError("must stand without quotes: docker's --env-file hands them over as well")
    if text.startswith(_BOM):
        raise ValueError("must not begin with a byte order mark: save the file as plain UTF-8")
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        raise ValueError("must be one line without control characters")
    if len(text) > LONGEST:
        raise ValueError(f"must have at most {LONGEST} characters")
