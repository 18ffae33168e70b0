"""A pipeline as it begins, and a deal of Kim's."""

import pytest


@pytest.fixture
def stages(db):
    """The stages of the first pipeline by their name."""
    from rapport.sales.deals import actions, queries

    actions.ready()
    return {stage.name: stage for stage in queries.pipelines()[0].stages.all()}


@pytest.fixture
def open_deal(stages, ada):
    """Ada opens a deal, of 9,800 euros unless said."""
    from rapport.kit.money import Money
    from rapport.sales.deals import actions

    def opened(title="40 lamps, Turin office", *, stage="Lead", amount="9800", currency="EUR", by=ada, **said):
        said.setdefault("owner", by)
        return actions.open_deal(title=title, stage=stages[stage], money=Money.of(amount, currency), by=by, **said)

    return opened


@pytest.fixture
def deal(open_deal, kim):
    return open_deal(customer=kim)
