"""`marketplace`: the command line. A subcommand's module is imported only when it is called."""

from __future__ import annotations

import importlib
import importlib.util

import click

# name -> (module, what it does). The help page is made of this table, so that it needs no import.
COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("marketplace.cli.up", "Start everything on this machine, watch it, stop it in order."),
    "db": ("marketplace.cli.database", "Migrate the database; print its address."),
    "demo": ("marketplace.cli.demo", "Load the demo market; list its accounts."),
    "user": ("marketplace.cli.user", "Create accounts."),
    "token": ("marketplace.cli.token", "Create bearer tokens for the API."),
    "clock": ("marketplace.cli.clock", "Show and move business time (only with MARKETPLACE_ENV=test)."),
    "books": ("marketplace.cli.books", "Prove the books."),
    "reconcile": ("marketplace.cli.reconcile", "Compare with the payment provider and repair."),
    "outbox": ("marketplace.cli.outbox", "Show what waits for the workers."),
    "doctor": ("marketplace.cli.doctor", "Check settings, database, broker, mail and payment provider."),
    "backup": ("marketplace.cli.backup", "Write a backup to a file."),
    "restore": ("marketplace.cli.restore", "Restore a backup from a file."),
    "privacy": ("marketplace.cli.privacy", "Export or erase what is kept about a person."),
}


class LazyGroup(click.Group):
    """Knows its commands from the table above; each module holds a click command of the table's name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, (module, _) in COMMANDS.items() if importlib.util.find_spec(module)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module, _ = COMMANDS.get(cmd_name, ("", ""))
        if not module or not importlib.util.find_spec(module):
            return None
        command = getattr(importlib.import_module(module), cmd_name)
        assert isinstance(command, click.Command), f"{module}.{cmd_name} is no click command"
        return command

    def invoke(self, ctx: click.Context) -> object:
        """A database that is away is a sentence, no traceback."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            if (sentence := no_connection(error)) is None:
                raise
            raise click.ClickException(f"The database does not answer: {sentence}") from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


def no_connection(error: Exception) -> str | None:
    """What the database's driver says when there is no connection to be had; None for every other error.

    Told by name: neither the driver nor SQLAlchemy is imported for a command that needs no database.
    """
    cause = getattr(error, "orig", None) or error
    names = {kind.__name__ for kind in type(cause).__mro__ if kind.__module__.startswith("psycopg")}
    if "OperationalError" not in names or getattr(cause, "sqlstate", None) is not None:
        return None
    return str(cause).strip().splitlines()[0]


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="paettkesmarkt", prog_name="marketplace")
def main() -> None:
    """Run and look after a Pättkesmarkt installation. Settings come from the environment alone."""
