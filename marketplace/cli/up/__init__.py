"""`marketplace up`: everything on one machine, started in order, watched, stopped in order."""

from __future__ import annotations

import click


@click.command()
@click.option("--follow", is_flag=True, help="Also show what the processes write, each line with its name.")
@click.option("--with-parent", is_flag=True, help="Stop when the process that started this one is gone (for make).")
@click.option("--demo/--no-demo", default=True, show_default=True, help="Load the demo market on the first start.")
def up(follow: bool, with_parent: bool, demo: bool) -> None:
    """Start the services that no setting names, then web, relay, worker and clock; Ctrl-C stops them.

    PORT (8000) and DATA_DIR (./var) say where. Several may run side by side with different ones.
    """
    from marketplace.cli.up.market import run  # psycopg and the launchers are needed here alone

    raise SystemExit(run(follow=follow, with_parent=with_parent, demo=demo))
