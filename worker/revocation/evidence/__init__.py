"""
What the cards and conversions show, as pure functions over what was read.

The finding phase asks here what is still missing, and the decision what is proved.
"""
