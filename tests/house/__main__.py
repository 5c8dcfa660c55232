"""Print how the code base measures."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.house import imports, private, size, words


SOURCE = (*imports.PACKAGES,)


def tracked(*patterns: str) -> list[Path]:
    """List the files under version control that match, and are here."""
    answer = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *patterns],
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for path in map(Path, answer.stdout.splitlines()) if path.is_file()]


def main() -> None:
    """Print one block for each kind of figure."""
    source = tracked(*(f"{each}/*.py" for each in SOURCE))
    other = tracked(*(f"{each}/*.{kind}" for each in SOURCE for kind in ("lua", "js", "html")))
    tests = tracked("tests/*.py")
    docs = tracked("README.md", "docs/*.md")
    _print(f"{'':22}{'count':>7}{'lines':>8}{'median':>8}{'p90':>6}{'max':>6}")
    for name, lengths in {
        "source files": size.files(source),
        "Lua, pages": size.files(other),
        "test files": size.files(tests),
        "docs": size.files(docs),
        "functions": size.functions(source),
        "test functions": size.functions(tests),
    }.items():
        each = size.spread(lengths)
        _print(
            f"{name:22}{each.count:>7}{each.total:>8}{each.median:>8}{each.p90:>6}{each.most:>6}"
            f"  {each.longest}"
        )
    _print("\nlines by package")
    for package in SOURCE:
        lines = size.files(path for path in source if path.parts[0] == package)
        _print(f"  {package:12}{len(lines):>5} files{sum(lines.values()):>8} lines")
    _print("\nlongest chain of imports")
    for package, chain in imports.longest_chains().items():
        _print(f"  {package:12}{len(chain):>5}  {' > '.join(chain)}")
    _print("\nmodules beside each other")
    for folder, many in size.beside(source).most_common(6):
        _print(f"  {folder:32}{many:>5}")
    _print("\nprivate names of libraries")
    for path, by_library in sorted(private.used(source).items()):
        for library, names in sorted(by_library.items()):
            _print(f"  {path!s:32} {library}: {', '.join(sorted(names))}")
    _print("\navoided words")
    _words("source", [*source, *other])
    _words("docs", docs)


def _words(name: str, paths: Iterable[Path]) -> None:
    found = words.avoided(paths)
    counts = ", ".join(f"{word} {many}" for word, many in found.most_common() if many)
    _print(f"  {name:8}{found.total():>6}  {counts}")


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
