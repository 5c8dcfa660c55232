"""How high the tower of imports is: the longest chain in which each module imports the next."""

from functools import cache

import grimp


PACKAGES = (
    "receiver",
    "inbox",
    "worker",
    "schemas",
    "telemetry",
    "settings",
    "dashboard",
    "sandbox",
)


def longest_chains(packages: tuple[str, ...] = PACKAGES) -> dict[str, list[str]]:
    """
    Return the longest chain of imports that begins in each package.

    Every import counts: also one of a type alone, and one inside of a function.

    Raises:
        ValueError: modules import each other in a circle.
    """
    graph = grimp.build_graph(*packages)
    under_way: set[str] = set()

    @cache
    def chain(module: str) -> tuple[str, ...]:
        if module in under_way:
            raise ValueError(f"{module} imports itself by way of others")
        under_way.add(module)
        chains = (chain(each) for each in sorted(graph.find_modules_directly_imported_by(module)))
        longest = max(chains, key=len, default=())
        under_way.discard(module)
        return module, *longest

    chains = [list(chain(module)) for module in sorted(graph.modules)]
    return {
        package: max((each for each in chains if each[0].partition(".")[0] == package), key=len)
        for package in packages
    }
