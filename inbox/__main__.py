"""`python -m inbox`: the operator's command line."""

import os

from inbox.command import main


main(environ=os.environ)
