"""Which settings are written down when they change, and under which name."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Watch:
    """A kind of thing whose changes are written down. What is `hidden` is only said to be another one."""

    name: str | Promise
    hidden: frozenset[str] = frozenset()
    # Figures and moments that move by themselves.
    ignored: frozenset[str] = frozenset()
    # Whole minor units of the thing's currency, written as people do.
    money: frozenset[str] = frozenset()


_STAMPS = frozenset({"created_at", "updated_at"})


def _watch(name: str | Promise, *, hidden: str = "", ignored: str = "", money: str = "") -> Watch:
    return Watch(name, frozenset(hidden.split()), _STAMPS | frozenset(ignored.split()), frozenset(money.split()))


WATCHED: Mapping[str, Watch] = {
    "team.agent": _watch(
        _("Agent"),
        hidden="password",
        ignored="last_login last_seen_at away_since language time_zone theme single_keys undo_seconds afterwards "
        "notices quiet_from quiet_until pushes_text follows_by_itself",
    ),
    "team.team": _watch(_("Team")),
    "team.customrole": _watch(_("Role")),
    "team.invitation": _watch(_("Invitation"), hidden="hash"),
    "team.apitoken": _watch(_("API token"), hidden="hash", ignored="last_used_at"),
    "team.organisation": _watch(_("Company settings")),
    "conversations.inbox": _watch(_("Inbox")),
    "conversations.tag": _watch(_("Tag")),
    "conversations.savedview": _watch(_("View")),
    "conversations.conversationfield": _watch(_("Field of conversations")),
    "customers.customerfield": _watch(_("Field of customers")),
    "customers.customer": _watch(_("Customer")),
    "customers.companyfield": _watch(_("Field of companies")),
    "customers.company": _watch(_("Company")),
    "customers.companydomain": _watch(_("Domain of a company")),
    "customers.companymerge": _watch(_("Merge of companies"), ignored="before at"),
    "customers.identity": _watch(_("Address of a customer")),
    "customers.customernote": _watch(_("Note about a customer"), ignored="at edited_at"),
    "customers.customerfile": _watch(_("File about a customer"), ignored="at"),
    "customers.customerimport": _watch(
        _("Import of customers"),
        ignored="sample sheets columns position touched_at made_at finished_at problem file_id undone_by_id",
    ),
    "sales.shop": _watch(_("Shop"), hidden="secret key", ignored="heard_at made_at"),
    "sales.salessettings": _watch(_("Sales settings"), ignored="quotes_written"),
    "sales.pipeline": _watch(_("Pipeline")),
    "sales.stage": _watch(_("Stage of a pipeline")),
    "sales.closereason": _watch(_("Reason for which deals end")),
    "sales.product": _watch(_("Product"), money="price"),
    # Its way through the stages is told by events, as won, lost and moved.
    "sales.deal": _watch(
        _("Deal"),
        ignored="stage_id pipeline_id place opened_at stage_since closed_at reason_id",
        money="amount",
    ),
    "sales.quote": _watch(
        pgettext_lazy("sales", "Quote"), ignored="number language lines file_id made_at by_id", money="net tax"
    ),
    "customers.lifecycle": _watch(_("Life cycle settings")),
    "customers.stage": _watch(_("Stage of the life cycle")),
    "customers.stagerule": _watch(_("Rule of the life cycle")),
    "customers.checklist": _watch(_("Checklist")),
    "customers.outreachpolicy": _watch(_("Outreach settings")),
    "customers.purpose": _watch(_("Purpose of consent")),
    "exchange.movein": _watch(
        _("Move in"),
        hidden="settings",
        ignored="cursors finished_kinds counts preview step problem waits_until failures touched_at made_at begun_at "
        "run_at finished_at file_id undone_by_id",
    ),
    "channels.channel": _watch(
        _("Channel"),
        hidden="settings signing key",
        ignored="worked_at failed_at error failures position next_poll_at held_until watched_by watched_until "
        "watch_problem certificates certificates_at slowed_until slowed_because slowed_times",
    ),
    "channels.blockedsender": _watch(_("Blocked sender"), ignored="hits last_at"),
    "channels.noiselimit": _watch(_("Limit for one sender"), ignored="told_at"),
    "channels.proactivemessage": _watch(_("Proactive message"), ignored="shown answered"),
    "surveys.policy": _watch(_("Rating settings")),
    "routing.calendar": _watch(_("Business hours")),
    "routing.holiday": _watch(_("Day off")),
    "routing.servicepolicy": _watch(_("Service policy"), ignored="looked_until"),
    "routing.scheme": _watch(_("Assignment scheme")),
    "routing.skill": _watch(_("Skill")),
    "automation.macro": _watch(_("Macro"), ignored="uses used_at"),
    "automation.rule": _watch(_("Rule"), ignored="looked_until"),
    "exchange.export": _watch(
        _("Export of data"),
        ignored="state problem total position rows file_id file_name made_at touched_at finished_at",
    ),
    "exchange.tableimport": _watch(
        _("Import of a table"),
        ignored="problem position sample columns said encoding separator sheet sheets touched_at made_at finished_at "
        "file_id is_forgotten undone_by_id",
    ),
    "exchange.connection": _watch(
        _("Connected system"),
        hidden="settings",
        ignored="cursors looked_until next_at held_until worked_at error failures made_at",
    ),
    "automation.webhook": _watch(_("Webhook"), hidden="secret", ignored="failing_since"),
}

# Where one thing can have many others: their changes are written down too.
WATCHED_SETS: Mapping[str, tuple[str, ...]] = {
    "team.team": ("members",),
    "routing.calendar": ("teams", "inboxes"),
}
