"""The WSGI application, for `python -m receiver` (the `web` process) or any WSGI server."""

import atexit
import os

from receiver.app import TALLY, create_app
from receiver.server.start import load_settings


app = create_app(load_settings(os.environ))
# Here and not in `create_app`: this is the process that serves.
app.extensions[TALLY].start()
atexit.register(app.extensions[TALLY].try_to_tell)
