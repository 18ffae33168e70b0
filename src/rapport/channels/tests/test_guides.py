"""What administrators read about each kind of channel while they set it up."""

import re

import pytest
from django.utils import translation

from rapport.channels.guides import guide_of, summary_of
from rapport.channels.seam import kinds


@pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.name)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_kind_has_a_guide_and_a_sentence_on_what_it_is(kind, language):
    with translation.override(language):
        said, guide = summary_of(kind), guide_of(kind)
    assert 10 < len(said) < 220
    assert "`" not in said
    assert "<p>" in guide
    assert "<h1" not in guide
    if language == "zh-hans":
        assert any("\u4e00" <= letter <= "\u9fff" for letter in said), "it is in Chinese"


def test_chinese_has_no_gaps_where_its_lines_end():
    with translation.override("zh-hans"):
        assert not [kind.name for kind in kinds().values() if re.search("[，。；：]\n(?!<)", guide_of(kind))]


def test_a_guide_holds_nothing_that_runs_and_no_link_that_leads_nowhere(tmp_path):
    for kind in kinds().values():
        guide = guide_of(kind)
        assert "<script" not in guide
        assert 'href="../' not in guide
        assert 'href="docs' not in guide


def test_noor_chooses_a_kind_by_what_it_is_and_reads_how_to_set_it_up(signed_in, noor):
    browser = signed_in(noor)
    chosen = browser.get("/settings/channels/").content.decode()
    assert "People write to a bot that carries your name" in chosen
    page = browser.get("/settings/channels/new/telegram/").content.decode()
    assert "@BotFather" in page
