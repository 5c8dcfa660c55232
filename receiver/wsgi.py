"""The WSGI application, for `python -m receiver` (the `web` process) or any WSGI server."""

import os

from receiver.app import create_app
from receiver.start import load_settings


app = create_app(load_settings(os.environ))
