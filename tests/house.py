"""Finding our own files, for the tests that look at the house as a whole."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "rapport"
OUR_FOLDERS = (
    PACKAGE,
    ROOT / "tests",
    ROOT / "tools",
    ROOT / "bench",
    ROOT / "docs",
    ROOT / "requirements",
    ROOT / ".ci",
)
# Made by others or by a tool: not ours to keep short.
VENDORED = ("vendor", "migrations", "deliveries")


def rooms() -> list[str]:
    return sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


def ours(*suffixes: str, tests: bool = True) -> list[Path]:
    """Every file of the product with one of these endings; without the rooms' tests when asked."""
    return sorted(
        path
        for path in PACKAGE.rglob("*")
        if path.suffix in suffixes
        and not set(VENDORED) & set(path.relative_to(PACKAGE).parts)
        and (tests or "tests" not in path.relative_to(PACKAGE).parts)
    )


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
