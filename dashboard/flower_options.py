"""What perkhook adds to Flower."""

# Flower reads this file as its options: every global here that is named like an option is
# taken as that option, so nothing but these two names may stand here.
from os import environ

from dashboard.install import install


install(environ)
