"""
Which private names of libraries the product relies on, found in its source.

A private name counts where a module uses or overrides it, and one of the libraries that the
module imports has it too: `channel._in_poll`, `def _brpop_read` in a subclass of kombu's channel.
"""

import ast
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path


#: Libraries whose releases may change what is private.
LIBRARIES = ("celery", "kombu", "flower", "redis", "httpx2", "httpcore2", "flask", "sentry_sdk")

_OWNED = re.compile(r"(?:\bdef |\bself\.|\bclass |^)(_[a-z]\w*)", re.MULTILINE)


def used(paths: Iterable[Path]) -> Mapping[Path, dict[str, set[str]]]:
    """Return for each module the private names that it uses, by library."""
    found = {}
    for path in paths:
        tree = ast.parse(path.read_text())
        names = _touched(tree)
        by_library = {
            library: both
            for library in _imported(tree)
            if (both := names & _owned(library) - _own(tree))
        }
        if by_library:
            found[path] = by_library
    return found


def _imported(tree: ast.Module) -> list[str]:
    modules = {
        name
        for node in ast.walk(tree)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }
    tops = {module.partition(".")[0] for module in modules}
    return [library for library in LIBRARIES if library in tops]


def _touched(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) if _is_private(name):
                names.add(name)
            case ast.ClassDef(bases=bases, body=body) if bases:
                names |= {
                    each.name
                    for each in body
                    if isinstance(each, ast.FunctionDef) and _is_private(each.name)
                }
    return names


def _own(tree: ast.Module) -> set[str]:
    """Return what classes without a base of their own call private: theirs, not a library's."""
    plain = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and not node.bases]
    return {
        target.attr
        for node in plain
        for target in ast.walk(node)
        if isinstance(target, ast.Attribute)
        and isinstance(target.ctx, ast.Store)
        and _is_private(target.attr)
    }


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__") and name.strip("_") != ""


@cache
def _owned(library: str) -> frozenset[str]:
    spec = find_spec(library)
    folder = Path(spec.origin).parent if spec and spec.origin else Path()
    return frozenset(
        name
        for path in folder.rglob("*.py")
        for name in _OWNED.findall(path.read_text(errors="replace"))
        if _is_private(name)
    )
