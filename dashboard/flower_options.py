# Flower reads this file as its options: every global here that is named like an option is
# taken as that option, so nothing but this one name may stand here.
from dashboard.login import refuse_open_doors


refuse_open_doors()
