from collections.abc import Mapping

from settings.reader import Reader
from settings.table import VARIABLES


def check(environ: Mapping[str, str], process: str) -> None:
    """
    Read all variables of a process of whose settings none depends on another.

    Raises:
        SettingsError: names everything that is wrong.
    """
    reader = Reader(environ)
    for each in VARIABLES:
        if process in each.processes:
            reader.read(each)
    reader.finish()
