"""`python -m worker`: what support asks and undoes."""

import os

from worker.command import main


main(environ=os.environ)
