"""The mail server that tests speak to: Debian's Dovecot, run by the tests themselves in a directory of their own.

`python -m tools.servers install` makes sure that there is one; where that cannot be, its tests are skipped and say so.
"""

import os
import shutil
import subprocess
import sys

PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
PACKAGES = ("dovecot-imapd",)
REMEDY = "Dovecot is not installed: apt-get install dovecot-imapd. Tests that need it are skipped."


def find() -> str | None:
    return shutil.which("dovecot", path=PLACES)


def install() -> None:
    """Root on Debian gets it; everybody else is told."""
    apt = shutil.which("apt-get") if os.geteuid() == 0 else None
    if not find() and apt:
        _apt_get(apt)
    if not find():
        print(REMEDY, file=sys.stderr)


def _apt_get(apt: str) -> None:
    print("Installing Debian's Dovecot for the mail tests.", file=sys.stderr, flush=True)
    # In run level 1 Debian starts no service of its own after installing it.
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in ([apt, "update", "-qq"], [apt, "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stderr.strip(), file=sys.stderr)


if __name__ == "__main__":
    {"install": install, "path": lambda: print(find() or REMEDY)}[sys.argv[1]]()
