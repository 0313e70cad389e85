"""A stand-in of the payment provider: it plays Stripe for development and tests.

It is an outside company to the marketplace: a process of its own, with its own
clock, its own books and its own file of state. It imports nothing of the
marketplace outside this package, and it never moves money.
"""

API_VERSION = "2026-10-28.endive"
