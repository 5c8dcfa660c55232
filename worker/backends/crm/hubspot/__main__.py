"""`python -m worker.backends.crm.hubspot setup`: makes a HubSpot account ready."""

import os

from worker.backends.crm.hubspot.command import main


main(None, environ=os.environ)
