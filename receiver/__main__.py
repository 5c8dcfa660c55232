"""Entry point of the `web` process: `python -m receiver`."""

import os
import sys

from receiver.listen import ListenSettings
from receiver.serve import serve
from settings import Reader, SettingsError
from settings.check import check


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
        from receiver.start import load_settings  # noqa: PLC0415 - as the comment says

        load_settings(os.environ)
    serve(listen)


# Where workers are spawned and not forked, they import this file too.
if __name__ == "__main__":
    main()
