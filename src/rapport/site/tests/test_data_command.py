"""Tables come in by a command: `rapport data import`."""

import csv
import json

import pytest
from click.testing import CliRunner

from rapport.backbone import intake
from rapport.backbone.models import Event
from rapport.customers.importing import undoing
from rapport.customers.importing.models import CustomerImport
from rapport.customers.models import Company, Customer, Identity
from rapport.sales.models import Order, Product, Subscription, SubscriptionChange
from rapport.site.commands.data import data

pytestmark = pytest.mark.django_db

CDNOW = """\
 00004 0001 19970101  2   29.33
 00004 0001 19970118  2   29.73
 00004 0001 19970118  2   29.73
 00021 0002 19970101  3   63.34
"""


@pytest.fixture
def bring(tmp_path):
    """Import a text as a file: answers what the command prints as JSON."""

    def brought(kind, text, *options, encoding="utf-8", code=0):
        path = tmp_path / "file.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        done = CliRunner().invoke(data, ["import", kind, str(path), "--json", *options])
        assert done.exit_code == code, (done.output, done.exception)
        return json.loads(done.stdout)

    return brought


def counts(report):
    return [report[word] for word in ("created", "changed", "same", "wrong")]


def test_a_file_without_heads_held_apart_by_spaces(bring):
    options = (
        "--map",
        "1=account",
        "--map",
        "3=date",
        "--map",
        "4=quantity",
        "--map",
        "5=total",
        "--set",
        "currency=USD",
    )
    assert counts(bring("orders", CDNOW, *options)) == [4, 0, 0, 0]
    assert counts(bring("orders", CDNOW, *options)) == [0, 0, 4, 0]
    kim = Customer.objects.get(identities__kind="external", identities__value="00004")
    assert kim.orders.count() == 3
    order = Order.objects.filter(customer=kim).earliest("placed_at")
    assert (order.total, order.currency, order.status, order.lines.get().quantity) == (2_933, "USD", "paid", 2)
    assert Event.objects.filter(name="OrderPlaced").count() == 0
    assert Event.objects.get(name="SalesImported").payload["created"] == 4


def test_a_dry_run_writes_nothing_and_says_the_same(bring):
    options = ("--map", "1=account", "--map", "3=date", "--map", "5=total", "--set", "currency=USD")
    assert counts(bring("orders", CDNOW, *options, "--dry-run")) == [4, 0, 0, 0]
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


def test_several_rows_with_one_number_are_lines(bring, kim):
    Product.objects.create(sku="LW-1", name="Desk lamp")
    text = (
        "Order Number,Order Date,Email,Lineitem SKU,Lineitem Name,Lineitem Quantity,Lineitem Price,Total,Currency\n"
        "#1,2026-03-01,kim@studio.example,LW-1,Desk lamp,2,50.00,120.00,EUR\n"
        "#1,,kim@studio.example,,Bulb,1,20.00,,EUR\n"
        "#2,2026-03-02,kim@studio.example,LW-1,Desk lamp,1,50.00,,EUR\n"
    )
    report = bring("orders", text)
    assert counts(report) == [3, 0, 0, 0]
    first, second = Order.objects.order_by("number")
    assert (first.total, first.lines.count(), second.total) == (12_000, 2, 5_000)
    assert first.lines.first().product.name == "Desk lamp"
    assert first.customer == kim


def test_lines_far_apart_still_meet(bring):
    rows = [f"{n},2026-03-01,A{n},10,EUR" for n in range(1_200)]
    text = "\n".join(["order,date,account,amount,currency", "X,2026-03-01,A,1,EUR", *rows, "X,2026-03-01,A,2,EUR"])
    assert bring("orders", text)["wrong"] == 0
    assert Order.objects.get(number="X").total == 300
    assert bring("orders", text)["wrong"] == 0
    assert (Order.objects.get(number="X").total, Order.objects.count()) == (300, 1_201)


def test_chinese_heads_words_and_letters(bring):
    text = "订单号,下单时间,手机号,姓名,商品名称,数量,实付金额,订单状态\n"
    text += "T1,2026年3月1日,13800138000,王芳,台灯,1,￥199.00,交易成功\n"
    assert counts(bring("orders", text, encoding="gb18030")) == [1, 0, 0, 0]
    order = Order.objects.get()
    assert (order.customer.name, str(order.currency), order.total, order.lines.get().title) == (
        "王芳",
        "CNY",
        19_900,
        "台灯",
    )


def test_rows_that_are_wrong_are_said_and_come_in_a_file(bring, tmp_path):
    text = (
        "number,date,email,total,status\n"
        "1,2026-03-01,kim@studio.example,10,paid\n"
        "2,some day,kim@studio.example,10,paid\n"
        "3,2026-03-01,kim,10,paid\n"
        "4,2026-03-01,,10,paid\n"
        "5,2026-03-01,kim@studio.example,=1+1,paid\n"
        "6,2026-03-01,kim@studio.example,10,sideways\n"
        "7,03/04/2026,kim@studio.example,10,paid\n"
    )
    errors = tmp_path / "errors.csv"
    report = bring("orders", text, "--set", "currency=EUR", "--errors", str(errors))
    assert counts(report) == [1, 0, 0, 6]
    assert [one["row"] for one in report["errors"]] == [3, 4, 5, 6, 7, 8]
    assert report["errors"][1]["problem"] == "This is not a mail address."
    rows = list(csv.reader(errors.read_text("utf-8-sig").splitlines()))
    assert rows[0] == ["row", "problem", "number", "date", "email", "total", "status"]
    assert rows[4][0] == "6"
    assert rows[4][5] == "'=1+1"


def test_one_wrong_line_leaves_its_whole_order_out(bring):
    text = "number,date,account,amount,currency\n1,2026-03-01,A,10,EUR\n1,2026-03-01,A,lots,EUR\n2,2026-03-01,A,1,EUR\n"
    report = bring("orders", text)
    assert counts(report) == [1, 0, 0, 2]
    assert report["errors"][0]["problem"] == "Row 3 of this order is wrong, so none of it was written."


def test_what_changed_in_the_file_changes_here(bring):
    head = "number,date,account,total,currency,status\n"
    bring("orders", head + "1,2026-03-01,A,10,EUR,pending\n")
    assert counts(bring("orders", head + "1,2026-03-01,A,10,EUR,已付款\n")) == [0, 1, 0, 0]
    assert Order.objects.get().status == "paid"


def test_products_and_subscriptions(bring):
    text = "货号,名称,价格,币种,状态\nLW-1,台灯,199,CNY,在售\nLW-2,灯泡,19.5,CNY,停售\n,无号,1,CNY,\n"
    assert counts(bring("products", text)) == [2, 0, 0, 1]
    assert list(Product.objects.order_by("sku").values_list("price", "is_active")) == [(19_900, True), (1_950, False)]
    text = (
        "id,customer id,plan,status,amount,currency,billing period,start date,end date,cancel reason\n"
        "s1,A1,Studio,active,19.00,EUR,monthly,2026-01-01,,\n"
        "s2,A2,Studio,,190.00,EUR,annual,2025-01-01,2026-01-01,Too expensive\n"
        "s3,A3,Studio,dancing,19.00,EUR,monthly,2026-01-01,,\n"
    )
    assert counts(bring("subscriptions", text)) == [2, 0, 0, 1]
    assert counts(bring("subscriptions", text)) == [0, 0, 2, 1]
    assert list(Subscription.objects.order_by("external_id").values_list("status", "interval")) == [
        ("active", "month"),
        ("cancelled", "year"),
    ]
    assert list(SubscriptionChange.objects.values_list("kind", flat=True)).count("started") == 2


def test_customers_come_in_as_on_the_page_and_can_be_taken_back(bring, noor, kim):
    text = "Name,Email,Phone,Phone 2,Company\n"
    text += "Lee Wong,lee@mail.example,+49301,+49302,Studio\nKim P.,kim@studio.example,,,\nNobody,,,,\n"
    options = ("--map", "Phone 2=phone")
    assert counts(bring("customers", text, *options, "--dry-run")) == [1, 1, 0, 1]
    assert not CustomerImport.objects.exists()
    assert counts(bring("customers", text, *options)) == [1, 1, 0, 1]
    assert counts(bring("customers", text, *options)) == [0, 0, 2, 1]
    lee = Customer.objects.get(name="Lee Wong")
    assert (Identity.objects.filter(customer=lee).count(), lee.company.name) == (3, "Studio")
    source = CustomerImport.objects.earliest("id")
    assert (source.created, source.changed, undoing.is_undoable(source)) == (1, 1, True)


def test_companies_come_in(bring):
    Company.objects.create(name="Studio")
    text = "公司名称,官网\nstudio,https://www.studio.example/\nLampwright,lampwright.example\nBad,gmail.com\n"
    assert counts(bring("companies", text)) == [1, 1, 0, 1]
    assert counts(bring("companies", text)) == [0, 0, 2, 1]
    assert Company.objects.get(name="studio").domain == "studio.example"


def test_a_file_without_a_single_right_row_fails(bring):
    report = bring("orders", "number,date,total,currency\n1,2026-03-01,1,EUR\n2,soon,1,EUR\n", code=1)
    assert counts(report) == [0, 0, 0, 2]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["import", "dragons", "FILE"], "There is no dragons to import"),
        (["import", "orders", "FILE", "--map", "9=account"], "The file has no column 9"),
        (["import", "orders", "FILE", "--map", "1=wings"], "orders have no wings. They have: number, date"),
        (["import", "orders", "FILE", "--map", "account"], "needs an equals sign"),
        (["import", "orders", "FILE"], "No column is the date"),
        (["import", "orders", "/nowhere.csv"], "No such file"),
    ],
)
def test_a_mistake_is_one_plain_sentence(tmp_path, options, sentence):
    path = tmp_path / "file.csv"
    path.write_text(CDNOW)
    done = CliRunner().invoke(data, [str(path) if word == "FILE" else word for word in options])
    assert done.exit_code in (1, 2)
    assert sentence in done.stderr


def test_every_kind_says_what_its_columns_are():
    assert set(intake.intakes()) >= {"customers", "companies", "products", "orders", "subscriptions"}
    for kind in intake.intakes().values():
        names = [column.name for column in kind.columns]
        assert len(names) == len(set(names))
        assert all(str(column.label) for column in kind.columns)
