"""`python -m inbox`: the operator's command line."""

import os

from inbox.cli.commands import main


main(environ=os.environ)
