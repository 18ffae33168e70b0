"""Where the browser gets Vega from: the bundle inside vl-convert, written out once for each version of it."""

import subprocess
import sys

from rapport.design.packaged import PackagedFinder

NAME = "design/vega.js"
# Vega Embed brings Vega and Vega-Lite, and an interpreter of expressions that needs no `unsafe-eval`.
_BUILD = """
import sys, vl_convert
sys.stdout.buffer.write(vl_convert.javascript_bundle("export { vegaEmbed };").encode())
"""


def bundle() -> bytes:
    """An ES module that exports `vegaEmbed`."""
    # In a process of its own: the bundler is a JavaScript engine, 150 MB that this process would never give back.
    return subprocess.run([sys.executable, "-c", _BUILD], check=True, capture_output=True, timeout=120).stdout  # noqa: S603


class VegaFinder(PackagedFinder):
    name = NAME
    package = "vl-convert-python"
    folder = "vega"
    bundle = staticmethod(bundle)
