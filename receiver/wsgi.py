"""The WSGI application, for `python -m receiver` (the `web` process) or any WSGI server."""

import atexit
import os
import sys


# structlog would load rich, 66 modules and 3 MB, for tracebacks that it may not write here.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]  # the language's "cannot be imported"

from receiver.app import COUNTERS, create_app  # noqa: E402 - as above
from receiver.settings import load_settings  # noqa: E402


app = create_app(load_settings(os.environ))
# Here and not in `create_app`: this is the process that serves.
app.extensions[COUNTERS].start()
atexit.register(app.extensions[COUNTERS].try_to_report)
