"""Entry point of the `web` process: `python -m receiver`."""

import os
import sys
from collections.abc import Sequence

from receiver.server.listen import ListenSettings
from receiver.server.serve import serve
from settings.reader import Reader, SettingsError, check


def main() -> None:
    """Serve, or end with one message that names all that is wrong, before anything listens."""
    try:
        # By the declarations alone, which keeps this process small: the workers load the rest.
        check(os.environ, "web")
    except SettingsError as error:
        sys.exit(str(error))
    listen = ListenSettings.read(Reader(os.environ))
    if listen.processes > 1:
        # What several workers need is loaded once, before they are forked.
        from receiver.settings import load_settings  # noqa: PLC0415 - as the comment says

        load_settings(os.environ)
    serve(listen)


def refuse(arguments: Sequence[str]) -> None:
    """Print help, or refuse what stands in the command line, and end: no argument is known."""
    import argparse  # noqa: PLC0415 - a receiver that serves needs none of it

    argparse.ArgumentParser(
        prog="python -m receiver",
        description="Take Voucherify's webhooks in, on HOST and PORT, until a signal ends it.",
        epilog="There are no arguments: settings come from the environment (README, Environment).",
    ).parse_args(arguments)


# Where workers are spawned and not forked, they import this file too.
if __name__ == "__main__":
    if arguments := sys.argv[1:]:
        refuse(arguments)
    main()
