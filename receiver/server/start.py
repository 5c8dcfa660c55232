import sys
from collections.abc import Mapping

from receiver.settings import ReceiverSettings
from settings.reader import SettingsError


def load_settings(environ: Mapping[str, str]) -> ReceiverSettings:
    """Read the settings, or end the process with one message that names all that is wrong."""
    try:
        return ReceiverSettings.from_environ(environ)
    except SettingsError as error:
        sys.exit(str(error))
