"""Functions that run inside an installation: one process has Rapport ready, and forks for every call."""

import contextlib
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 120


class Inside:
    """One process of this environment that has read Rapport's code, and no connection to anything."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = dict(environ)
        answers, theirs = os.pipe()
        self._answers = os.fdopen(answers, "rb")
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from tests.browser.calling import serve; serve({theirs})"],
            env=self.environ | {"DJANGO_SETTINGS_MODULE": "rapport.site.settings", "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            pass_fds=[theirs],
            start_new_session=True,
        )
        os.close(theirs)

    def ask(self, module: str, name: str, arguments: Mapping[str, Any]) -> Any:
        """What the function answers; fails with its traceback."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([module, name, arguments]).encode() + b"\n")
        self._process.stdin.flush()
        readable, _, _ = select.select([self._answers], [], [], SECONDS)
        assert readable, f"{module}.{name} did not end within {SECONDS} s"
        said = self._answers.readline()
        assert said, f"{module}.{name} ended its process"
        answer, failure = json.loads(said)
        assert not failure, f"{module}.{name} failed:\n{failure}"
        return answer

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._answers.close()


def serve(answers: int) -> None:
    """Run one call after another, each in a fork of its own, until standard input ends."""
    import django

    from rapport.kit.garbage import all_stays

    with all_stays():
        django.setup()
    while line := sys.stdin.readline():
        child = os.fork()
        if not child:
            said = _called(*json.loads(line))
            sys.stdout.flush()
            os.write(answers, said)
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        if status:
            os.write(answers, json.dumps([None, f"it ended with {status}"]).encode() + b"\n")


def _called(module: str, name: str, arguments: Mapping[str, Any]) -> bytes:
    try:
        answer, failure = getattr(importlib.import_module(module), name)(**arguments), ""
    except BaseException:
        answer, failure = None, traceback.format_exc()
    return json.dumps([answer, failure]).encode() + b"\n"
