"""PostgreSQL refuses to run as root: a way to run it as somebody else, without making accounts or changing modes.

First choice is a user namespace, in which root's files belong to an ordinary user. Where those are refused (a plain
chroot, Docker's default seccomp profile) the process becomes `postgres` or `nobody`, keeping only the capability to
pass directories such as /root, because the program and the data may lie below one.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
# Securebits, since access(2) asks the real user, whose capabilities a change of user would otherwise take away.
PASSING = (
    "--securebits=+no_setuid_fixup",
    "--inh-caps=+dac_override,+dac_read_search",
    "--ambient-caps=+dac_override,+dac_read_search",
)


class NoUnprivilegedUser(RuntimeError):
    """Running as root, and no way was found to start a program as anybody else."""


@dataclass(frozen=True, slots=True)
class Disguise:
    """What to put before a command, and the uid and gid that its files must have."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def own(self, directory: Path) -> None:
        """Give the directory and all in it to whom the program runs as (nothing to do for an ordinary user)."""
        if self.uid is None or self.gid is None or directory.stat().st_uid == self.uid:
            return
        for root, folders, files in os.walk(directory):
            for name in (root, *(os.path.join(root, entry) for entry in folders + files)):
                os.chown(name, self.uid, self.gid, follow_symlinks=False)


@cache
def disguise_for(initdb: Path, directory: Path, last_word: signal.Signals = signal.SIGINT) -> Disguise:
    """Find what makes PostgreSQL's programs run as somebody other than root, in this directory."""
    if os.geteuid() != 0:
        return Disguise()
    tried = [Disguise(NAMESPACE, 0, 0)]
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        # setpriv sets the death signal anew, since a change of user clears the one set before.
        become = ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
        leash = (f"--pdeathsig={last_word.name.removeprefix('SIG')}",)
        tried.append(Disguise((*become, *PASSING, *leash), user.pw_uid, user.pw_gid))
        tried.append(Disguise((*become, *leash), user.pw_uid, user.pw_gid))
    for disguise in tried:
        if shutil.which(disguise.prefix[0]) and works(disguise, initdb, directory):
            return disguise
    raise NoUnprivilegedUser(
        "PostgreSQL must not run as root, and neither a user namespace nor the account nobody serves in "
        f"{directory}; run this as an ordinary user, choose another DATA_DIR, or set DATABASE_URL."
    )


def works(disguise: Disguise, initdb: Path, directory: Path) -> bool:
    """Whether initdb can find its programs there, and the directory can be entered; nothing is made yet."""
    trial = ["sh", "-c", 'cd "$1" && exec "$0" --show --pgdata=nothing', str(initdb), str(directory)]
    return subprocess.run([*disguise.prefix, *trial], capture_output=True, check=False).returncode == 0
