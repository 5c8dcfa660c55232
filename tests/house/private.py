"""
Which private names of libraries the product relies on, found in its source.

A private name counts where a library owns it: `channel._in_poll`, where a library that the module
imports has such a name; `self._in_poll` and `def _brpop_read`, where a class of the library that
the module's class derives from has it; `from kombu.x import _y`. A class's own private names do
not count, whatever a library calls by the same name elsewhere.
"""

import ast
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any


#: Libraries whose releases may change what is private.
LIBRARIES = ("celery", "kombu", "flower", "redis", "httpx2", "httpcore2", "flask", "sentry_sdk")

_OWNED = re.compile(r"(?:\bdef |\bself\.|\bclass |^)(_[a-z]\w*)", re.MULTILINE)


def used(paths: Iterable[Path]) -> Mapping[Path, dict[str, set[str]]]:
    """Return for each module the private names that it uses, by library."""
    return {path: found for path in paths if (found := _used(path))}


def _used(path: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    inherited: set[str] = set()
    own: set[str] = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.ClassDef):
            names = _own(node)
            bases = _library_bases(node, path) if names else []
            for name in names:
                owners = {_top(base.__module__) for each in bases for base in _owners(each, name)}
                for library in owners:
                    found.setdefault(library, set()).add(name)
                (inherited if owners else own).add(name)
    for library, name in _elsewhere(path):
        if name not in own | inherited:
            found.setdefault(library, set()).add(name)
    return found


def _elsewhere(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the names that are taken from something else than the class itself."""
    imported = {_top(dotted) for dotted in _imports(path).values()}.intersection(LIBRARIES)
    for node in ast.walk(_tree(path)) if imported else ():
        match node:
            case ast.Attribute(attr=name) if _is_private(name) and not _is_self(node.value):
                yield from (
                    (each, name) for each in LIBRARIES if each in imported and name in _owned(each)
                )
            case ast.ImportFrom(module=str(module), names=names) if _top(module) in LIBRARIES:
                yield from ((_top(module), each.name) for each in names if _is_private(each.name))


def _own(node: ast.ClassDef) -> set[str]:
    """Return the private names that a class defines, or reads from itself."""
    names = set()
    for each in ast.walk(node):
        match each:
            case ast.Attribute(attr=name, value=value) if _is_self(value):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
    return {name for name in names if _is_private(name)}


def _is_self(node: ast.expr) -> bool:
    match node:
        case ast.Name(id="self" | "cls") | ast.Call(func=ast.Name(id="super")):
            return True
    return False


def _library_bases(node: ast.ClassDef, path: Path) -> list[type]:
    """Return the libraries' classes that a class derives from, be it by classes of ours."""
    found: list[type] = []
    imports = _imports(path)
    local = {each.name: each for each in _tree(path).body if isinstance(each, ast.ClassDef)}
    for base in node.bases:
        plain = base.value if isinstance(base, ast.Subscript) else base
        head, _, rest = ast.unparse(plain).partition(".")
        dotted = ".".join(filter(None, (imports.get(head), rest)))
        module, _, name = dotted.rpartition(".")
        ours = Path(module.replace(".", "/") + ".py")
        if head in local:
            found += _library_bases(local[head], path)
        elif _top(dotted) in LIBRARIES:
            found.append(getattr(import_module(module), name))
        elif ours.is_file():
            found += [
                each
                for one in _tree(ours).body
                if isinstance(one, ast.ClassDef) and one.name == name
                for each in _library_bases(one, ours)
            ]
    return found


@cache
def _imports(path: Path) -> dict[str, str]:
    """Return what the names that a module imports stand for."""
    found: dict[str, str] = {}
    for node in ast.walk(_tree(path)):
        match node:
            case ast.Import(names=names):
                found |= {each.asname or _top(each.name): each.name for each in names}
            case ast.ImportFrom(module=str(module), names=names):
                found |= {each.asname or each.name: f"{module}.{each.name}" for each in names}
    return found


def _owners(kind: type, name: str) -> list[type]:
    """Return the libraries' classes among a class and its bases that have this name."""
    return [each for each in kind.__mro__ if _top(each.__module__) in LIBRARIES and has(each, name)]


def has(owner: Any, name: str) -> bool:
    """Return whether a class or module itself defines a name, or sets it on its instances."""
    mine = vars(owner)
    if name in mine or not inspect.isclass(owner):
        return name in mine
    parts = [each.fget if isinstance(each, property) else each for each in mine.values()]
    methods = [inspect.unwrap(each) for each in parts if inspect.isfunction(each)]
    return any(name in each.__code__.co_names for each in methods)


def _top(dotted: str) -> str:
    return dotted.partition(".")[0]


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__") and name.strip("_") != ""


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def _owned(library: str) -> frozenset[str]:
    folder = Path(str(import_module(library).__file__)).parent
    return frozenset(
        name
        for path in folder.rglob("*.py")
        for name in _OWNED.findall(path.read_text(errors="replace"))
        if _is_private(name)
    )
