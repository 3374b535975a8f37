"""How long a build takes, held against what is possible at all.

Three references run beside it: reading every used raw column once, one
hand-written script for the same numbers, and pandas.
"""
