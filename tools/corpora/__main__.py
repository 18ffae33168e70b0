"""Run every corpus below a directory through the product, and print what became of it.

The exit code is 1 when a mail crashed the reader or was lost, or when less than 98 of 100 expectations are met.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tools.corpora.ingesting import OUTCOMES, Folder, ingest

_BAR = 0.98


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--no-browser", action="store_true", help="leave the payloads out")
    options = parser.parse_args()
    if not options.directory.is_dir():
        parser.error(f"{options.directory} is no directory; name one with CORPORA=DIR")
    with tempfile.TemporaryDirectory(prefix="rapport-corpora-") as data:
        os.environ |= {"RAPPORT_DATA": data, "DJANGO_SETTINGS_MODULE": "rapport.site.settings"}
        folders = ingest(options.directory, Path(data))
        _print_folders(folders)
        failed = any(folder.crashed or folder.lost for folder in folders)
        return 1 if _print_scores(options) or failed else 0


def _print_folders(folders: list[Folder]) -> None:
    columns = ("files", *OUTCOMES, "crashed", "lost")
    print(f"{'folder':<52}" + "".join(f"{name:>12}" for name in columns))
    total = [0] * len(columns)
    for folder in folders:
        counts = [folder.files, *(folder.outcomes[name] for name in OUTCOMES), len(folder.crashed), len(folder.lost)]
        total = [before + now for before, now in zip(total, counts, strict=True)]
        print(f"{folder.name[-51:]:<52}" + "".join(f"{count:>12}" for count in counts))
        for what in (*folder.crashed, *folder.lost):
            print(f"    {what}")
    print(f"{'all':<52}" + "".join(f"{count:>12}" for count in total), end="\n\n")


def _print_scores(options: argparse.Namespace) -> bool:
    """Whether one of them is below the bar."""
    import django

    django.setup()
    from tools.corpora.expectations import scores

    found = [*scores(options.directory)]
    if not options.no_browser:
        from tools.corpora.payloads import tried

        found.append(tried(options.directory))
    for score in found:
        if score.of:
            print(f"{'met  ' if score.share >= _BAR else 'SHORT'} {score.name}: {score.met} of {score.of}")
            for what in score.missed[:20]:
                print(f"      {what}")
    return any(score.share < _BAR for score in found)


if __name__ == "__main__":
    sys.exit(main())
