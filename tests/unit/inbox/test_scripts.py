"""What of the shared parts stands in front of a script."""

import re
from typing import Final

import pytest

from inbox.keys import Keys
from inbox.store import scripts
from inbox.store.script_call import ScriptCall


#: What begins with a word and is no script by itself.
SHARED: Final = {"common", *scripts._SHARED.values()}

NAMES: Final = sorted(
    path.stem for path in scripts._FOLDER.glob("*.lua") if path.stem not in SHARED
)


class Client:
    """As much of a client as loading needs."""

    names = Keys("shoes:")


def _text(name: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(
        ScriptCall, "__init__", lambda call, _, text, __: setattr(call, "text", text)
    )
    return scripts.load(Client(), name).text  # type: ignore[arg-type]


def _shared(name: str) -> list[tuple[str, str]]:
    """Return what a script may use, by name."""
    own = scripts._split(scripts._read(scripts._SHARED[name])) if name in scripts._SHARED else ()
    return [(each.name, each.text) for each in (*scripts._parts("shoes:"), *own)]


@pytest.mark.parametrize("name", NAMES)
def test_a_script_has_in_front_what_it_uses_and_nothing_else(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each shared name is defined before its first use, and none is defined for nothing."""
    whole = re.sub("--.*", "", _text(name, monkeypatch))
    text = re.sub("'[^']*'", "''", whole)

    for shared, _ in _shared(name):
        uses = [each.start() for each in re.finditer(rf"(?<![\w.]){shared}\b", text)]
        defined = re.search(rf"^local (?:function )?{shared}\b", text, re.MULTILINE)
        if uses:
            assert defined, f"{shared} is not defined"
            assert defined.start() <= uses[0] <= defined.end()
            assert len(re.findall(rf"\b{shared}\b", whole)) > 1, f"{shared} is not used"


def test_every_shared_part_is_used() -> None:
    """What no script uses can go."""
    texts = "".join(map(scripts._read, (*NAMES, *SHARED)))
    named = {each.name for each in scripts._split("".join(map(scripts._read, sorted(SHARED))))}

    unused = [name for name in named if len(re.findall(rf"\b{name}\b", texts)) < 2]

    assert unused == []


def test_parts_bring_what_they_use_themselves() -> None:
    """In their own order, comments do not count as use."""
    parts = scripts._split(
        "local A = 'a'\nlocal B = 'b'\nlocal function f() return A end\n-- B\n"
        "local function g() return f() end\nlocal function h() return B end\n"
    )

    assert scripts._with_used(parts, "-- h()\nreturn g()\n") == (
        "local A = 'a'\nlocal function f() return A end\n-- B\n"
        "local function g() return f() end\n-- h()\nreturn g()\n"
    )
