"""Entry point of the `web` process: `python -m receiver`."""

import os
import sys

from receiver.listen import ListenSettings
from receiver.serve import serve
from settings import SettingsError


def main() -> None:
    """Serve, or end with one message that names all that is wrong."""
    try:
        listen = ListenSettings.from_environ(os.environ)
    except SettingsError as error:
        # The workers read the rest. It takes 0.1 s to load, and no longer matters now.
        from receiver.start import load_settings  # noqa: PLC0415 - as the comment says

        load_settings(os.environ)
        sys.exit(str(error))
    serve(listen)


# Where workers are spawned and not forked, they import this file too.
if __name__ == "__main__":
    main()
