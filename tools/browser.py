"""The browser that tests drive: one that is here already, or Debian's Chromium.

`python -m tools.browser install` makes sure that there is one, and `... path` prints where it is.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

CANDIDATES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
# Without Chinese glyphs a screenshot of the Chinese pages shows boxes.
PACKAGES = ("chromium", "fonts-noto-cjk", "fonts-inter")
REMEDY = "install Chromium (on Debian: apt-get install chromium), or name a Chrome or Edge in TEST_BROWSER."


class NoBrowser(Exception):
    """There is no browser to test with; the message says how to get one."""


def find() -> str | None:
    """Where the browser is; TEST_BROWSER goes first."""
    named = os.environ.get("TEST_BROWSER")
    if named:
        found = shutil.which(named)
        if not found:
            raise NoBrowser(f"TEST_BROWSER names {named}, which cannot be run: {REMEDY}")
        return found
    return next(filter(None, map(shutil.which, CANDIDATES)), None)


def path() -> str:
    found = find()
    if not found:
        raise NoBrowser(f"There is no browser to test with: {REMEDY}")
    return found


def install() -> None:
    """Root on Debian gets the browser and Chinese fonts; everybody else is told what is missing."""
    apt = shutil.which("apt-get") if os.geteuid() == 0 else None
    if find() and (not apt or _has_chinese_fonts()):
        return
    if apt:
        _apt_get(apt)
    path()


def _has_chinese_fonts() -> bool:
    fonts = Path("/usr/share/fonts/opentype/noto")
    return any(fonts.glob("NotoSansCJK*")) or not fonts.parent.parent.exists()


def _apt_get(apt: str) -> None:
    print("Installing Debian's Chromium and fonts for the browser tests.", file=sys.stderr, flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ([apt, "update", "-qq"], [apt, "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stderr.strip(), file=sys.stderr)


if __name__ == "__main__":
    try:
        {"install": install, "path": lambda: print(path())}[sys.argv[1]]()
    except NoBrowser as missing:
        sys.exit(str(missing))
