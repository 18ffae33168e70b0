"""Make `.venv` from pinned requirements, whatever this machine has: `python3 tools/install.py run|develop`.

Runs on the bare system Python with nothing installed, and parses on old ones so that it can tell them what is missing.
Does nothing when `.venv` already holds what the requirement files ask for.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "requirements"
OLDEST = (3, 11)
# What each set covers; whoever has everything for development can also run the product.
COVERED_BY = {"run": ("run", "develop"), "develop": ("develop",)}


class Unmet(Exception):
    """This machine lacks something; the message is one sentence that says what to do."""


def main(wanted: str) -> None:
    if sys.version_info < OLDEST:
        _continue_on_newer_python(wanted)
    if any(_is_fresh(name) for name in COVERED_BY[wanted]):
        return
    print("Preparing .venv for Rapport; the first time takes about a minute.", file=sys.stderr, flush=True)
    if not _works(VENV / "bin" / "python"):
        _create()
    _install(wanted)
    _stamp(wanted).write_text(_fingerprint(wanted))


def _continue_on_newer_python(wanted: str) -> None:
    for minor in range(OLDEST[1] + 9, OLDEST[1] - 1, -1):
        newer = shutil.which("python3." + str(minor))
        if newer and _works(newer):
            os.execv(newer, [newer, __file__, wanted])
    found = ".".join(str(part) for part in sys.version_info[:2])
    raise Unmet(f"Rapport needs Python 3.11 or newer and found {found}: install it and run `make PYTHON=/path/to/it`.")


def _is_fresh(name: str) -> bool:
    stamp = _stamp(name)
    return stamp.exists() and stamp.read_text() == _fingerprint(name) and _works(VENV / "bin" / "python")


def _stamp(name: str) -> Path:
    return VENV / ("rapport-" + name + ".stamp")


def _fingerprint(name: str) -> str:
    digest = hashlib.sha256(str(ROOT).encode())
    for path in (REQUIREMENTS / (name + ".txt"), ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _create() -> None:
    """An environment of this Python; Debian splits ensurepip off, so pip may be missing from it."""
    uv = _uv()
    if uv:
        _run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)])
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if _succeeds([sys.executable, "-c", "import ensurepip"]):
        _run([sys.executable, "-m", "venv", str(VENV)])
        return
    if not _succeeds([sys.executable, "-m", "venv", "--without-pip", str(VENV)]):
        raise Unmet(
            "This Python cannot make environments: install its venv module (on Debian: apt-get install "
            "python3-venv) and run the same command again."
        )


def _install(wanted: str) -> None:
    uv = _uv() or _fetch_uv()
    python = str(VENV / "bin" / "python")
    pip = [uv, "pip", "install", "--quiet", "--python", python] if uv else [python, "-m", "pip", "install", "--quiet"]
    _run([*pip, "--require-hashes", "-r", str(REQUIREMENTS / (wanted + ".txt"))])
    _run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])


def _uv() -> "str | None":
    for candidate in (shutil.which("uv"), str(VENV / "bin" / "uv")):
        if candidate and _works(candidate):
            return candidate
    return None


def _fetch_uv() -> "str | None":
    """Bring uv into `.venv` with whichever pip there is; answer None where only plain pip will do."""
    inside = VENV / "bin" / "python"
    if _succeeds([str(inside), "-m", "pip", "--version"]):
        pip = [str(inside), "-m", "pip"]
    elif _succeeds([sys.executable, "-m", "pip", "--python", str(inside), "--version"]):
        pip = [sys.executable, "-m", "pip", "--python", str(inside)]
    else:
        return _with_debians_pip()
    fetched = _succeeds([*pip, "install", "--quiet", "--require-hashes", "-r", str(REQUIREMENTS / "uv.txt")])
    return str(VENV / "bin" / "uv") if fetched else None


def _with_debians_pip() -> "str | None":
    """Neither uv nor pip: root on Debian can be helped, everybody else is told what to install."""
    remedy = "install it (on Debian: apt-get install python3-venv) and run the same command again."
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        raise Unmet("There is neither uv nor pip on this machine: " + remedy)
    print("Installing Debian's python3-venv, because this Python has no pip.", file=sys.stderr, flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _succeeds([apt, "update", "-qq"], env=quiet)
    if not _succeeds([apt, "install", "-y", "-qq", "--no-install-recommends", "python3-venv"], env=quiet):
        raise Unmet(
            "There is neither uv nor pip on this machine, and apt-get could not install python3-venv: " + remedy
        )
    _create()
    if not _succeeds([str(VENV / "bin" / "python"), "-m", "pip", "--version"]):
        raise Unmet("There is neither uv nor pip for this Python: " + remedy)
    return _fetch_uv()


def _works(program: "str | Path") -> bool:
    return Path(program).exists() and _succeeds([str(program), "--version"])


def _succeeds(command: "list[str]", env: "dict[str, str] | None" = None) -> bool:
    try:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _run(command: "list[str]") -> None:
    try:
        subprocess.run(command, check=True, stdout=sys.stderr)
    except (OSError, subprocess.CalledProcessError):
        said = " ".join(Path(part).name if part.startswith(str(ROOT)) else part for part in command[:4])
        raise Unmet(
            f"`{said} ...` failed; its message is above. Is the package index reachable? Where a proxy brings a "
            "certificate of its own, run the same command with UV_SYSTEM_CERTS=1."
        ) from None


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "run")
    except Unmet as unmet:
        sys.exit(str(unmet))
