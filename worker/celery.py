"""Entry point of the `worker` and `flower` processes: `celery -A worker …`."""

import os
import sys

from settings.names import drop_flower_port
from worker.application import create_celery


# Flower reads its own variables when this application is made.
if drop_flower_port(os.environ):
    sys.stderr.write("FLOWER_PORT is ignored, it is no number (Kubernetes sets it): set PORT\n")
app = create_celery(os.environ)
