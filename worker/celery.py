"""Entry point of the `worker` and `flower` processes: `celery -A worker …`."""

import os

from worker.application import create_celery


app = create_celery(os.environ)
