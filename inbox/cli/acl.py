import re
from pathlib import Path
from typing import Final

import click

from inbox.cli.context import Tools
from settings.store_address import PREFIX


#: The users of an installation with the default prefix, behind two lines for the store itself.
FILE: Final = Path(__file__).parents[2] / "deploy" / "acl" / "users.acl"

_USER: Final = re.compile(r"^user perkhook-", re.MULTILINE)


def users(prefix: str) -> str:
    """
    Return the lines of the store's users for the installation with this prefix.

    With another prefix than the default their names begin with it, without its braces, so that
    they can stand beside those of other installations.
    """
    lines = (line for line in FILE.read_text(encoding="utf-8").splitlines() if _USER.match(line))
    name = re.sub("[{}:]", "", prefix)
    found = "\n".join(lines)
    if prefix == PREFIX:
        return found
    return _USER.sub(
        f"user {name}-",
        found.replace(f"~{PREFIX}", f"~{prefix}").replace(f"&{PREFIX}", f"&{prefix}"),
    )


@click.command()
@click.pass_obj
def acl(tools: Tools) -> None:
    """
    Print the store's users for this installation, each for one process.

    They have no passwords yet and cannot log in: docs/security.md.
    """
    click.echo(users(tools.prefix))
