"""`python -m worker.crm.hubspot setup`: makes a HubSpot account ready."""

import os

from worker.crm.hubspot.command import main


main(None, environ=os.environ)
