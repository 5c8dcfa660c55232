"""The WSGI application, for `python -m receiver` (the `web` process) or any WSGI server."""

import atexit
import os

from receiver.app import COUNTERS, create_app
from receiver.server.start import load_settings


app = create_app(load_settings(os.environ))
# Here and not in `create_app`: this is the process that serves.
app.extensions[COUNTERS].start()
atexit.register(app.extensions[COUNTERS].try_to_report)
