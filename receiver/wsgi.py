"""Entry point of the `web` process: `granian --interface wsgi receiver.wsgi:app`."""

import os

from receiver.app import create_app
from receiver.start import load_settings


app = create_app(load_settings(os.environ))
