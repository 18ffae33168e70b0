"""Let atheris make up mails for some seconds and see whether the reader stays within its promise: `make fuzz`.

It reads or raises CannotRead, within a second, and what it answers can be stored. A mail that breaks this is written to
`build/fuzz/` and its path printed; the exit code is then not 0.

    python -m tools.fuzz --seconds 300 --corpus ../shared/corpora
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

_OWN = Path(__file__).parent.parent / "src/rapport/channels/kinds/email/tests/deliveries"
_LARGEST = 16 * 1024
_MOST_SECONDS_A_MAIL = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path, action="append", default=[], help="mails to begin with")
    options = parser.parse_args()
    os.environ |= {"RAPPORT_DATA": tempfile.mkdtemp(), "DJANGO_SETTINGS_MODULE": "rapport.site.settings"}
    try:
        import atheris
    except ImportError:
        sys.exit("atheris is not installed here: it has no wheel for this Python or system.")
    with atheris.instrument_imports(include=["rapport.channels.kinds.email", "email"]):
        import django

        django.setup()
        from rapport.channels.errors import CannotRead
        from rapport.channels.kinds.email.reading import read

    def try_one(raw: bytes) -> None:
        begun = time.perf_counter()
        try:
            events = read(raw)
        except CannotRead:
            return
        for event in events:
            told = [event.external_id, getattr(event, "subject", ""), getattr(event, "text", "")]
            told += [getattr(event, "html", ""), getattr(event, "visible_text", "")]
            told += [part.name + part.content_type + part.content_id for part in getattr(event, "parts", ())]
            for text in told:
                if "\x00" in text:
                    raise AssertionError(f"a database does not take {text[:80]!r}")
                text.encode()
        seconds = time.perf_counter() - begun
        if seconds > _MOST_SECONDS_A_MAIL:
            raise AssertionError(f"it took {seconds:.1f} s")

    found = Path("build/fuzz")
    found.mkdir(parents=True, exist_ok=True)
    seeds = _seeds([_OWN, *options.corpus])
    # Seeds are copied, so that what atheris learns never lands among the tests' own mails.
    arguments = ["fuzz", str(seeds), f"-max_total_time={options.seconds}", f"-max_len={_LARGEST}", "-timeout=10"]
    atheris.Setup([*arguments, f"-artifact_prefix={found}/", "-print_final_stats=1", "-rss_limit_mb=2048"], try_one)
    atheris.Fuzz()


def _seeds(places: list[Path]) -> Path:
    seeds = Path(tempfile.mkdtemp(prefix="seeds-"))
    for number, path in enumerate(path for place in places for path in sorted(place.rglob("*")) if path.is_file()):
        if path.stat().st_size <= _LARGEST:
            (seeds / str(number)).write_bytes(path.read_bytes())
    return seeds


if __name__ == "__main__":
    main()
