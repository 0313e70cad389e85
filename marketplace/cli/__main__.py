"""`python -m marketplace.cli`, the same as `marketplace`."""

from marketplace.cli import main

main(prog_name="marketplace")
