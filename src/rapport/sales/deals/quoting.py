"""A quote: the lines of a deal as they are now, numbered, on paper, and kept as they were."""

from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.backbone import files
from rapport.backbone.events import announce
from rapport.kit import clock
from rapport.sales.deals import actions
from rapport.sales.deals.announcements import DealChanged
from rapport.sales.deals.errors import NoLines, NotSaid
from rapport.sales.deals.models import Deal, Quote, SalesSettings
from rapport.sales.deals.paper import Paper, PaperLine, draw
from rapport.team.models import Agent
from rapport.team.queries import organisation

LANGUAGES = (("en", "English"), ("zh-hans", "简体中文"))


@transaction.atomic
def write(
    deal: Deal,
    *,
    by: Agent | None,
    language: str = "en",
    valid_until: date | None = None,
    tax_rate: Decimal | None = None,
) -> Quote:
    """The next quote of this deal, with its PDF. Raises NoLines, NotSaid."""
    actions.ready()
    # Numbers have no gaps and none is given twice: whoever writes one waits for whoever is writing one.
    settings = SalesSettings.objects.select_for_update().get()
    lines = list(deal.lines.all())
    if not lines:
        raise NoLines(_("There is nothing to quote yet. Add lines to the deal first."))
    today = timezone.localtime(clock.now()).date()
    until = valid_until or today + timedelta(days=settings.valid_days)
    if until < today:
        raise NotSaid("valid_until", _("A quote is valid until today or later."))
    rate = settings.tax_rate if tax_rate is None else tax_rate
    net = sum(line.total for line in lines)
    settings.quotes_written += 1
    settings.save(update_fields=["quotes_written"])
    quote = Quote(
        deal=deal,
        number=f"{today.year}-{settings.quotes_written:04d}",
        language=language,
        issued_on=today,
        valid_until=until,
        currency=deal.currency,
        lines=[
            {"title": line.title, "quantity": str(line.quantity.normalize()), "price": line.price, "total": line.total}
            for line in lines
        ],
        tax_rate=rate,
        net=net,
        tax=tax_on(net, rate),
        by=by,
    )
    quote.file = files.keep(draw(_paper(quote, settings)))
    quote.save()
    news = DealChanged(deal.pk, deal.customer_id, "quotes", by=by.pk if by else None)
    announce(news, subject=f"deal:{deal.pk}")
    return quote


def tax_on(net: int, rate: Decimal) -> int:
    """In minor units, half a unit rounded to even."""
    return int((net * rate / 100).to_integral_value(ROUND_HALF_EVEN))


def _paper(quote: Quote, settings: SalesSettings) -> Paper:
    deal = quote.deal
    customer = deal.customer.display_name if deal.customer else ""
    company = deal.company.name if deal.company else ""
    return Paper(
        sender=organisation().name,
        address=settings.address,
        recipient=tuple(filter(None, (company, customer, deal.customer.email if deal.customer else ""))),
        title=deal.title,
        number=quote.number,
        language=quote.language,
        issued_on=quote.issued_on,
        valid_until=quote.valid_until,
        currency=quote.currency,
        lines=tuple(
            PaperLine(each["title"], Decimal(each["quantity"]), each["price"], each["total"]) for each in quote.lines
        ),
        tax_rate=quote.tax_rate,
        net=quote.net,
        tax=quote.tax,
        contact=(quote.by.name, quote.by.email) if quote.by else None,
        small_print=settings.small_print,
    )
