"""`make corpora` sees what it is there to see: a loud payload, a lost mail, a missed expectation."""

import shutil
from pathlib import Path

import pytest

from rapport.channels.kinds.email import markup
from tests import house
from tools.corpora import ingesting
from tools.corpora.payloads import WATCH, is_quiet

LOUD = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    '<a href="javascript:alert(1)">click</a>',
    "<details open ontoggle=alert(1)>x</details>",
    '<img src="https://tracker.example/pixel.gif">',
    '<div style="background:url(https://tracker.example/a.png)">x</div>',
    '<link rel=stylesheet href="https://tracker.example/a.css">',
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    '<video poster="https://tracker.example/a.png"></video>',
    "<style>@import url(https://tracker.example/b.css);</style>",
    '<table background="https://tracker.example/a.png"><td>x</table>',
    '<form action="javascript:alert(1)"><input type=image src="https://tracker.example/a.png"></form>',
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
]


@pytest.fixture
def watched(browser):
    page = browser.new_page()
    page.add_init_script(WATCH)
    yield page
    page.close()


@pytest.mark.browser
def test_every_attack_is_loud_as_sent_and_quiet_as_shown(watched):
    heard = [payload for payload in LOUD[:-1] if not is_quiet(watched, [payload])]
    assert heard == LOUD[:-1]
    assert is_quiet(watched, [markup.read(payload).html for payload in LOUD])


def test_our_own_letters_are_neither_crashed_nor_lost(tmp_path, request):
    deliveries = house.PACKAGE / "channels/kinds/email/tests/deliveries"
    shutil.copytree(request.getfixturevalue("_blank_data"), tmp_path, dirs_exist_ok=True)
    folders = ingesting.ingest(deliveries, tmp_path)
    assert sum(folder.files for folder in folders) >= 10
    assert not [what for folder in folders for what in (*folder.crashed, *folder.lost)]
    assert sum(sum(folder.outcomes.values()) for folder in folders) == sum(folder.files for folder in folders)


def test_only_mails_are_taken_for_mails(tmp_path):
    for name, text in {
        "a.eml": "x",
        "README.md": "x",
        "notes": "no header",
        "mail.01": "From: a@b.example\n\nHi",
    }.items():
        Path(tmp_path, name).write_text(text)
    assert [path.name for path in ingesting.mail_files(tmp_path)] == ["a.eml", "mail.01"]
