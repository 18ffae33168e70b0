"""Ada sells lamps: a deal goes its way, and every step is known afterwards."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from rapport.backbone.models import Event
from rapport.customers import timeline
from rapport.kit import clock
from rapport.kit.money import Money
from rapport.sales.deals import actions, queries
from rapport.sales.deals.actions.changing import Line
from rapport.sales.deals.actions.setting_up import StageSaid
from rapport.sales.deals.errors import InUse, NotSaid, TooLate
from rapport.sales.deals.models import CloseReason, Deal, Pipeline, StageMove

pytestmark = pytest.mark.django_db
MARCH = datetime(2026, 3, 2, 9, tzinfo=UTC)


def told(deal):
    return list(Event.objects.filter(subject=f"deal:{deal.pk}").order_by("id").values_list("name", flat=True))


def column(stage):
    return [deal.title for deal in Deal.objects.filter(stage=stage).order_by("place")]


def test_a_company_begins_with_one_pipeline_in_its_language(db):
    from rapport.team.models import Organisation

    Organisation.objects.update_or_create(id=1, defaults={"name": "灯具", "reply_language": "zh-hans"})
    settings = actions.ready()
    actions.ready()
    assert settings.currency == "CNY"
    assert Pipeline.objects.count() == 1
    kinds = [stage.kind for stage in Pipeline.objects.get().stages.all()]
    assert kinds == ["lead", "open", "open", "open", "won", "lost"]
    assert translation.get_language() == "en"


def test_a_deal_of_kims_belongs_to_her_company_too(open_deal, kim):
    from rapport.customers.models import Company

    kim.company = Company.objects.create(name="Studio")
    kim.save()
    deal = open_deal(customer=kim)
    assert deal.company == kim.company
    assert deal.moves.get().origin is None
    assert told(deal) == ["DealOpened"]


def test_a_deal_begins_in_an_open_stage_with_a_title_and_no_debt(open_deal):
    with pytest.raises(NotSaid):
        open_deal(stage="Won")
    with pytest.raises(NotSaid):
        open_deal("  ")
    with pytest.raises(NotSaid):
        open_deal(amount="-1")


def test_every_step_is_history(deal, stages, ada):
    with clock.frozen(MARCH):
        actions.move(deal, to=stages["Proposal sent"], by=ada)
    with clock.frozen(MARCH + timedelta(days=9)):
        actions.move(deal, to=stages["Won"], by=ada, reason=CloseReason.objects.get(name="Best offer"), note="Fast")
    deal.refresh_from_db()
    assert [(move.origin and move.origin.name, move.stage.name) for move in deal.moves.all()] == [
        ("Lead", "Proposal sent"), ("Proposal sent", "Won"), (None, "Lead"),
    ]  # fmt: skip
    assert (deal.status, deal.closed_at, deal.reason_note) == ("won", MARCH + timedelta(days=9), "Fast")
    assert told(deal) == ["DealOpened", "DealMoved", "DealMoved", "DealWon"]


def test_a_deal_that_comes_back_is_reopened(deal, stages, ada):
    actions.move(deal, to=stages["Lost"], by=ada, reason=CloseReason.objects.get(name="No budget"))
    actions.move(deal, to=stages["Negotiation"], by=ada)
    deal.refresh_from_db()
    assert deal.is_open
    assert deal.reason is None
    assert told(deal)[-4:] == ["DealMoved", "DealLost", "DealMoved", "DealReopened"]


def test_a_reason_fits_the_end(deal, stages, ada):
    with pytest.raises(NotSaid):
        actions.move(deal, to=stages["Won"], by=ada, reason=CloseReason.objects.get(name="No budget"))


def test_cards_keep_the_order_they_are_put_in(open_deal, stages, ada):
    one, two, three = open_deal("one"), open_deal("two"), open_deal("three")
    assert column(stages["Lead"]) == ["three", "two", "one"]
    assert actions.move(one, to=stages["Lead"], before=two, by=ada) is None
    assert column(stages["Lead"]) == ["three", "one", "two"]
    actions.move(three, to=stages["Lead"], at_end=True, by=ada)
    assert column(stages["Lead"]) == ["one", "two", "three"]
    assert StageMove.objects.count() == 3


def test_a_column_shuffled_a_hundred_times_still_has_an_order(open_deal, stages, ada):
    last, *others = open_deal("last"), open_deal("b"), open_deal("a")
    for turn in range(100):
        last.refresh_from_db()
        actions.move(others[turn % 2], to=stages["Lead"], before=last, by=ada)
    assert column(stages["Lead"])[-1] == "last"
    places = list(Deal.objects.values_list("place", flat=True))
    assert len(set(places)) == 3


def test_a_move_by_mistake_is_taken_back_as_if_it_had_not_been(open_deal, stages, ada):
    deal, _other = open_deal("one"), open_deal("two")
    made = actions.move(deal, to=stages["Won"], by=ada)
    actions.take_back(made, by=ada)
    deal.refresh_from_db()
    assert (deal.stage, deal.closed_at, deal.moves.count()) == (stages["Lead"], None, 1)
    assert column(stages["Lead"]) == ["two", "one"]
    assert told(deal)[-1] == "DealReopened"


def test_only_the_last_move_is_taken_back_and_only_for_ten_minutes(deal, stages, ada):
    first = actions.move(deal, to=stages["Qualified"], by=ada)
    second = actions.move(deal, to=stages["Negotiation"], by=ada)
    with pytest.raises(TooLate):
        actions.take_back(first, by=ada)
    with clock.frozen(clock.now() + timedelta(minutes=11)), pytest.raises(TooLate):
        actions.take_back(second, by=ada)


def test_what_was_said_of_a_deal_then_is_still_known(deal, ada):
    with clock.frozen(MARCH):
        changed = actions.change(deal, money=Money.of("12000", "EUR"), expected_close=date(2026, 4, 30), by=ada)
    assert changed == ["money", "expected_close"]
    assert actions.change(deal, money=Money.of("12000", "EUR"), by=ada) == []
    actions.change(deal, title="50 lamps", by=ada)
    assert [terms.amount for terms in deal.terms.order_by("id")] == [980000, 1200000]


def test_the_amount_is_the_sum_of_the_lines(deal, ada):
    lines = [Line("Lamp", Decimal("2.5"), 9999), Line("Fitting", Decimal(1), 5000)]
    actions.replace_lines(deal, lines, by=ada)
    # 2.5 times 99.99 is 249.975, rounded to even.
    assert deal.amount == 24998 + 5000
    with pytest.raises(NotSaid):
        actions.change(deal, money=Money.of("1", "EUR"), by=ada)
    with pytest.raises(NotSaid):
        actions.replace_lines(deal, [Line("Lamp", Decimal(0), 1)], by=ada)


def test_what_is_next_is_what_is_due_first(deal, ada):
    actions.plan(deal, kind="task", title="Some day", by=ada)
    call = actions.plan(deal, kind="call", title="Ring Kim", due_at=MARCH, by=ada)
    found = queries.with_next_activity(Deal.objects.all()).get()
    assert (found.next_title, found.next_kind) == ("Ring Kim", "call")
    actions.finish(call, by=ada)
    assert queries.with_next_activity(Deal.objects.all()).get().next_title == "Some day"
    actions.unfinish(call, by=ada)
    assert queries.with_next_activity(Deal.objects.all()).get().next_title == "Ring Kim"


def test_a_stage_with_history_stays(deal, stages, ada):
    actions.move(deal, to=stages["Qualified"], by=ada)
    pipeline = stages["Lead"].pipeline
    kept = [StageSaid(each.name, each.probability, each.kind, each.pk) for each in queries.open_stages(pipeline)]
    with pytest.raises(InUse, match="Deals went through Lead"):
        actions.save_pipeline(pipeline, name="Sales", stages=kept[1:])
    with pytest.raises(InUse, match="There are deals in Qualified"):
        actions.save_pipeline(pipeline, name="Sales", stages=[kept[0], *kept[2:]])
    actions.save_pipeline(pipeline, name="Lamps", stages=[*kept[:2], StageSaid("Visit", 30), kept[2]])
    assert [stage.name for stage in pipeline.stages.order_by("position")] == [
        "Lead", "Qualified", "Visit", "Proposal sent", "Won", "Lost",
    ]  # fmt: skip


def test_a_pipeline_with_deals_is_not_deleted_nor_is_the_last_one(deal):
    with pytest.raises(InUse, match="There are deals"):
        actions.delete_pipeline(deal.pipeline)
    other = actions.save_pipeline(None, name="Renewals", stages=[StageSaid("Due", 80)])
    actions.delete_pipeline(other)
    assert Pipeline.objects.get() == deal.pipeline


def test_a_retired_reason_stays_with_its_deals(deal, stages, ada):
    reason = CloseReason.objects.get(name="No budget")
    actions.move(deal, to=stages["Lost"], by=ada, reason=reason)
    actions.retire_reason(reason)
    deal.refresh_from_db()
    assert deal.reason == reason
    assert reason not in queries.reasons("lost")
    assert actions.add_reason(outcome="lost", name="No budget") == reason


def test_kims_timeline_knows_of_the_beginning_and_the_end(deal, stages, ada, kim):
    actions.move(deal, to=stages["Proposal sent"], by=ada)
    actions.move(deal, to=stages["Lost"], by=ada, reason=CloseReason.objects.get(name="No budget"))
    entries = timeline.read(kim, viewer=ada, kinds=["deals"]).entries
    assert [(entry.title, entry.tone) for entry in entries] == [
        ("Deal lost: 40 lamps, Turin office", "bad"), ("Deal opened: 40 lamps, Turin office", "accent"),
    ]  # fmt: skip
    assert entries[0].detail == "€9,800.00, No budget"
    assert entries[0].url == f"/deals/{deal.pk}/"
    assert [
        source.count(timeline.Whose(kim), viewer=ada) for source in timeline.sources() if source.kind == "deals"
    ] == [1]
