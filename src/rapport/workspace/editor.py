"""Where the browser gets the editor from: the bundle of Tiptap inside django-prose-editor, without its source map.

Only that file is used: its own menus and widgets are for Django's admin, and its styles are not of this house.
"""

from importlib.util import find_spec
from pathlib import Path

from rapport.design.packaged import PackagedFinder

NAME = "workspace/js/tiptap.js"


def bundle() -> bytes:
    """An ES module that exports `Editor` and the extensions."""
    found = find_spec("django_prose_editor")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("django-prose-editor is not installed: run make setup")
    source = Path(found.origin).parent / "static" / "django_prose_editor" / "editor.js"
    return source.read_text(encoding="utf-8").rpartition("\n//# sourceMappingURL=")[0].encode()


class EditorFinder(PackagedFinder):
    name = NAME
    package = "django-prose-editor"
    folder = "editor"
    bundle = staticmethod(bundle)
