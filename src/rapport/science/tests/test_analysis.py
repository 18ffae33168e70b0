"""Noor asks a table everything it can answer, and is told what it cannot."""

import numpy as np
import pandas as pd
import pytest

from rapport.science.analysis import CannotAnalyse, CannotWrite, analyse, load
from rapport.science.analysis.parts import Part, guess_parts
from rapport.science.analysis.report import write_report
from rapport.science.analysis.report.folder import spreadsheet_safe
from rapport.science.analysis.subscription import SubscriptionValue
from rapport.science.language import speaking

# Enough for what these tests are about, and fast.
SIMPLE = ["logistic"]
CARDS = {"index.html", "charts", "scored.csv", "model.joblib", "analysis.json", "model-cards.md"}


def subscribers(count=400, seed=0):
    """Customers of two kinds, of whom the new ones with monthly contracts leave."""
    dice = np.random.default_rng(seed)
    tenure = dice.integers(0, 60, count)
    contract = np.where(dice.random(count) < 0.5, "monthly", "yearly")
    leaves = dice.random(count) < 1 / (1 + np.exp(1 + 0.06 * tenure - 2.2 * (contract == "monthly")))
    return pd.DataFrame(
        {
            "customer_id": [f"C{n:04d}" for n in range(count)],
            "tenure": tenure,
            "monthly_charges": np.round(np.where(contract == "monthly", 70, 25) + dice.normal(0, 5, count), 2),
            "contract": contract,
            "csat": dice.integers(2, 6, count),
            "churn": np.where(leaves, "Yes", "No"),
        }
    )


def purchases(customers=300, seed=0):
    """Each customer buys at an own rate from an own first day on."""
    dice = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        day, rate = dice.integers(0, 100), dice.gamma(1, 0.02)
        while day < 400:
            rows.append((number, pd.Timestamp("2023-01-01") + pd.Timedelta(days=int(day)), round(dice.gamma(5, 8), 2)))
            day += 1 + dice.exponential(1 / (rate + 1e-3))
            if dice.random() < 0.15:
                break
    return pd.DataFrame(rows, columns=["customer", "date", "amount"]).assign(channel="shop")


@pytest.fixture(scope="module")
def of_subscribers():
    return analyse(subscribers(), "churn", candidates=SIMPLE)


@pytest.fixture(scope="module")
def of_purchases():
    return analyse(purchases())


def test_every_question_that_the_columns_allow_is_answered(of_subscribers):
    found = of_subscribers.to_dict()
    assert found["rows"] == 400
    assert found["roles"]["customer_id"] == "customer"
    assert found["target"]["metrics"]["roc_auc"]["lower"] > 0.5
    assert found["target"]["baseline"]["roc_auc"]["value"] == 0.5
    assert sum(segment["customers"] for segment in found["segments"]) == 400
    assert found["value"]["kind"] == "subscription"
    assert found["satisfaction"]["csat"]["measure"] == "csat"


def test_customers_are_scored_in_their_order(of_subscribers):
    scored = of_subscribers.scored
    assert scored["customer_id"].to_list() == subscribers()["customer_id"].to_list()
    assert scored["chance"].between(0, 1).all()
    assert scored["reason_1"].str.contains("churn").all()
    known = scored.dropna(subset="value")
    assert ((known["value_lower"] <= known["value"]) & (known["value"] <= known["value_upper"])).all()


def test_a_saved_model_scores_the_same_customers_alike(of_subscribers, tmp_path):
    of_subscribers.scorer.save(tmp_path / "model.joblib")
    later = subscribers().drop(columns="churn").astype(str).head(50)
    scored = load(tmp_path / "model.joblib").score(later)
    before = of_subscribers.scored.head(50)
    np.testing.assert_allclose(scored["chance"], before["chance"])
    assert scored["segment"].to_list() == before["segment"].to_list()
    with pytest.raises(CannotAnalyse, match="not in this table: contract"):
        load(tmp_path / "model.joblib").score(later.drop(columns="contract"))


def test_a_list_of_purchases_becomes_one_row_a_customer(of_purchases):
    found = of_purchases.to_dict()
    assert found["customers"] == 300
    assert found["value"]["in"] == "money"
    assert found["value"]["total"] > 0
    assert {"group", "alive", "purchases", "value"} <= set(of_purchases.scored)
    assert any("one row a customer" in note for note in found["warnings"])
    again = of_purchases.scorer.score(purchases())
    np.testing.assert_allclose(again["value"], of_purchases.scored["value"])


def test_the_columns_of_the_purchase_models_are_found_by_name():
    record = pd.DataFrame(
        {"id": range(200), "frequency": [0, 1, 2, 3] * 50, "recency": [0, 5, 9, 20] * 50, "T": [30.0] * 200}
    )
    assert analyse(record).to_dict()["value"]["in"] == "purchases"
    record["recency"] = record["recency"] + 40
    assert any("do not fit together" in note for note in analyse(record).warnings)


def test_without_a_target_the_likely_ones_are_named():
    found = analyse(subscribers(60).drop(columns="csat"))
    assert found.prediction is None
    assert any("churn" in note for note in found.cannot)


def test_three_customers_are_described_and_nothing_is_concluded():
    found = analyse(subscribers(3), "churn")
    assert found.to_dict()["target"] is None
    assert any("too few to learn from" in note for note in found.cannot)
    assert any("too few to find segments" in note for note in found.cannot)


@pytest.mark.parametrize(
    ("change", "target", "sentence"),
    [
        ({}, "chrun", "Did you mean churn"),
        ({}, "zzz", "The columns are customer_id, tenure"),
        ({"churn": "No"}, "churn", "Every customer has the same answer"),
        ({"churn": None}, "churn", "no customer whose answer is known"),
        ({}, "tenure", r"is a number with \d+ different values.*--positive"),
        ({"plan": list("abcd") * 15}, "plan", "has 4 different answers.*--positive 'a'"),
    ],
)
def test_a_target_that_is_no_question_is_refused_with_what_to_do(change, target, sentence):
    with pytest.raises(CannotAnalyse, match=sentence):
        analyse(subscribers(60).assign(**change), target)


def test_one_answer_of_several_can_be_foreseen():
    table = subscribers(120).assign(plan=lambda one: np.where(one["tenure"] > 40, "c", one["contract"].str[0]))
    assert analyse(table, "plan", positive="c", candidates=SIMPLE).prediction.question == "plan = c"
    assert (
        analyse(table, "tenure", positive=">=30", candidates=SIMPLE).prediction.rate == (table["tenure"] >= 30).mean()
    )
    with pytest.raises(CannotAnalyse, match="Nobody has the answer d"):
        analyse(table, "plan", positive="d")


def test_a_column_that_follows_from_the_target_is_left_out_and_said():
    table = subscribers(300)
    table["cancel_fee"] = np.where(table["churn"] == "Yes", 20, 0)
    found = analyse(table, "churn", candidates=SIMPLE)
    assert "cancel_fee" in found.to_dict()["target"]["left_out"]
    assert any("cancel_fee" in note for note in found.warnings)


def test_customers_that_come_twice_are_on_one_side_of_every_test():
    table = subscribers(240)
    table["customer_id"] = table["customer_id"].to_list()[:120] * 2
    found = analyse(pd.concat([table, table.head(5)]), "churn", candidates=SIMPLE)
    assert found.prediction.model.split_ == "group"
    assert any("exact copies" in note for note in found.warnings)
    assert any("repeats" in note for note in found.warnings)


def test_a_category_may_have_more_levels_than_anybody_reads():
    table = subscribers(300).assign(town=[f"Town {n % 60}" for n in range(300)])
    assert analyse(table).segments is not None


def test_a_measure_named_like_a_count_of_purchases_is_no_such_count():
    assert guess_parts(pd.DataFrame({"x": [0.5, 1.5, 2.5], "T": [3, 4, 5]}))["x"] is Part.NUMBER


def test_a_role_that_was_given_holds_against_the_guess():
    table = subscribers(80).rename(columns={"csat": "mood"})
    assert guess_parts(table)["mood"] is not Part.CSAT
    assert analyse(table, roles={"mood": "csat"}).satisfaction.scores[0].column == "mood"
    with pytest.raises(CannotAnalyse, match="no role named feeling"):
        analyse(table, roles={"mood": "feeling"})
    note = analyse(table.assign(mood=9), roles={"mood": "csat"}).cannot
    assert any("not on the scale" in one for one in note)


@pytest.mark.parametrize("empty", [pd.DataFrame(), pd.DataFrame({"a": []})])
def test_an_empty_table_is_refused(empty):
    with pytest.raises(CannotAnalyse, match="0 customers"):
        analyse(empty)


def test_the_value_of_a_subscription_is_the_discounted_sum_of_the_life_table():
    # Of 100 customers 20 leave in month 1, and 40 of the 80 in month 2; later a rate of 40 in 80 goes on.
    tenure = [1] * 20 + [2] * 80
    left = [1] * 20 + [1] * 40 + [0] * 40
    model = SubscriptionValue(horizon=2, rate=0.1).fit(tenure, left)
    new = 1 * 1.1**-1 + 0.8 * 1.1**-2
    assert model.value([0], [10])["value"].iloc[0] == pytest.approx(10 * new)


def test_a_report_is_written_whole_and_replaces_only_a_report(of_subscribers, tmp_path):
    write_report(of_subscribers, tmp_path / "report")
    assert {path.name for path in (tmp_path / "report").iterdir()} == CARDS
    write_report(of_subscribers, tmp_path / "report")
    assert [path.name for path in tmp_path.iterdir()] == ["report"]
    (tmp_path / "report" / "thesis.txt").write_text("mine")
    with pytest.raises(CannotWrite, match="holds other files"):
        write_report(of_subscribers, tmp_path / "report")
    page = (tmp_path / "report" / "index.html").read_text()
    assert "churn = Yes" in page
    assert "http" not in page.replace("http-equiv", "")


def test_a_report_that_is_stopped_leaves_nothing(of_subscribers, tmp_path):
    def stop(_done, what):
        if what == "drawing charts":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_report(of_subscribers, tmp_path / "report", progress=stop)
    assert not list(tmp_path.iterdir())


def test_the_report_speaks_of_purchases_too(of_purchases, tmp_path):
    with speaking("zh-hans"):
        write_report(of_purchases, tmp_path / "report")
    assert '<html lang="zh-Hans">' in (tmp_path / "report" / "index.html").read_text()
    assert "BG/NBD r" in (tmp_path / "report" / "model-cards.md").read_text()


def test_no_spreadsheet_runs_what_a_customer_wrote():
    safe = spreadsheet_safe(pd.DataFrame({"name": ["=1+1", "@x", "-2", "Kim", None], "n": [-1, 2, 3, 4, 5]}))
    assert safe["name"].to_list()[:4] == ["'=1+1", "'@x", "'-2", "Kim"]
    assert safe["n"].to_list() == [-1, 2, 3, 4, 5]
