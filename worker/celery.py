"""Entry point of the `worker` and `flower` processes: `celery -A worker …`."""

import os
import sys

from settings.names import tidy_for_flower
from worker.app import create_celery


# Flower reads its own variables after this application is made.
if tidy_for_flower(os.environ):
    sys.stderr.write("FLOWER_PORT is ignored, it is no number (Kubernetes sets it): set PORT\n")
app = create_celery(os.environ)
