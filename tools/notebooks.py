"""Runs the notebooks of docs/tutorial in fresh kernels and saves what they say: `.venv/bin/python -m tools.notebooks`.

`python -m tools.notebooks churn value` runs those two. Saved are texts, tables and small pictures of charts; what
differs from run to run or machine to machine (times, versions, colours beyond 64) is left out.
"""

import base64
import io
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from PIL import Image

TUTORIAL = Path(__file__).resolve().parent.parent / "docs" / "tutorial"
NOTEBOOKS = sorted(TUTORIAL.glob("*.ipynb"))
COMMAND = ".venv/bin/python -m tools.notebooks"

_PICTURE = "image/png"
_KEPT = (_PICTURE, "text/html", "text/markdown", "text/plain")
# What warns would be printed into the page. The kernel's own warnings are about itself.
_STRICT = """--IPKernelApp.exec_lines=import warnings
warnings.simplefilter("error")
warnings.filterwarnings("ignore", module="ipykernel")"""
_SECONDS = 120


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def run(path: Path) -> NotebookNode:
    """The notebook as a fresh kernel fills it, in an empty directory, with every warning an error."""
    notebook = read(path)
    with tempfile.TemporaryDirectory() as empty:
        client = NotebookClient(
            notebook, timeout=_SECONDS, kernel_name="python3", extra_arguments=[_STRICT, "--log-level=ERROR"],
            resources={"metadata": {"path": empty}},
        )  # fmt: skip
        client.execute()
    return _tidy(notebook)


def said(notebook: NotebookNode) -> list[str]:
    """What each cell of code answers, in words; a chart is its title."""
    return ["\n".join(_words(output) for output in cell.outputs) for cell in code(notebook)]


def code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _words(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return str(output.text)
    return str(output.data.get("text/markdown") or output.data.get("text/plain", ""))


def _tidy(notebook: NotebookNode) -> NotebookNode:
    """Only what a reader sees, and the same on every machine."""
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
    )
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id, cell.metadata = f"cell-{number}", NotebookNode()
    for cell in code(notebook):
        for output in cell.outputs:
            if "data" in output:
                output.data = NotebookNode({kind: output.data[kind] for kind in _KEPT if kind in output.data})
                if _PICTURE in output.data:
                    output.data[_PICTURE] = _small(output.data[_PICTURE])
                output.metadata = NotebookNode(
                    {kind: output.metadata[kind] for kind in _KEPT if kind in output.metadata}
                )
    return notebook


def _small(picture: str) -> str:
    """The same picture in 64 colours: a chart has few, and its file becomes a sixth."""
    image = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB")
    out = io.BytesIO()
    image.quantize(64, dither=Image.Dither.NONE).save(out, format="PNG", optimize=True)
    return base64.b64encode(out.getvalue()).decode()


def main(names: list[str]) -> None:
    chosen: list[Any] = [path for path in NOTEBOOKS if not names or path.stem in names]
    if unknown := set(names) - {path.stem for path in chosen}:
        raise SystemExit(f"There is no notebook {', '.join(sorted(unknown))} in docs/tutorial.")
    for path in chosen:
        notebook = run(path)
        nbformat.write(notebook, path)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
