"""What the styleguide shows: the people and numbers of the sample shop."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django import forms

from rapport.kit import clock


class SampleForm(forms.Form):
    """One field of each kind, and one of them wrong."""

    name = forms.CharField(label="View name", help_text="Everyone on the team can see it.")
    goal = forms.IntegerField(label="Reply goal", min_value=1, error_messages={"min_value": "Enter at least 1 minute."})
    team = forms.ChoiceField(label="Team", choices=[("support", "Support"), ("sales", "Sales")])
    note = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    shared = forms.BooleanField(label="Share with everyone", required=False, initial=True)


def context() -> dict[str, Any]:
    now = clock.now()
    failed = SampleForm({})
    failed.add_error(None, "This view was changed by Mia a moment ago. Look at it again, then save.")
    return {
        "now": now,
        "yesterday": now - timedelta(days=1),
        "due": now + timedelta(seconds=50),
        "soon": now + timedelta(minutes=38),
        "later": now + timedelta(hours=1, minutes=20),
        "failed_form": failed,
        "form": SampleForm({"name": "At-risk customers", "goal": "0", "team": "support", "shared": "on"}),
        "rows": _list_rows(),
        "files": [
            {"name": "flicker.mp4", "size": 8_598_323, "href": "#flicker"},
            {"name": "hub-log.txt", "size": 34_816, "href": "#log"},
        ],
        "sources": [
            {"title": "2.4.1 release notes", "href": "#notes"},
            {"title": "Flicker after an update", "href": "#flicker-article"},
        ],
        "facts": [("Company", "Studio Marchetti"), ("Country", "Italy"), ("Customer since", "March 2024")],
        "stages": ["Lead", "New", "Active", "At risk", "Lapsed"],
        "reasons": [
            "Two faults in 30 days are still open",
            "Has not opened the app for 19 days",
            "Last rating fell from 5 to 2",
        ],
        **_charts(),
    }


def _charts() -> dict[str, Any]:
    names = "Dec Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov".split()
    months = zip(names, (0, 1, 0, 2, 1, 0, 1, 0, 1, 1, 2, 4), strict=True)
    scores = ((5, 64, ""), (4, 23, ""), (3, 7, "mute"), (2, 3, "mute"), (1, 3, "mute"))
    return {
        "contacts": [{"label": month, "value": count, "current": month == "Nov"} for month, count in months],
        "scores": [{"label": s, "value": share, "text": f"{share}%", "tone": tone} for s, share, tone in scores],
        "ratings": [5, 5, 4, 5, 5, 4, 5, 2],
        "visits": [3, 4, 4, 6, 5, 7, 9],
        "channels": [
            {"mark": "r1", "label": "Email", "count": 412},
            {"mark": "r2", "label": "Web chat", "count": 190},
            {"mark": "r3", "label": "WhatsApp"},
            {"mark": "r4", "label": "Calls"},
            {"mark": "cm", "label": "Other"},
            {"mark": "c1 rule", "label": "This year"},
            {"mark": "dash", "label": "Goal 45 min"},
        ],
    }


def _list_rows() -> list[SimpleNamespace]:
    now = clock.now()
    waiting = SimpleNamespace(tone="plain", icon="history", text="Waiting")
    vip, risk, sad = ("vip", "star", "VIP"), ("risk", "trend-down", "At risk"), ("sad", "frown", "Unhappy")
    written: tuple[tuple[Any, ...], ...] = (
        # name, channel icon, channel, marks, minutes ago, subject, preview, minutes left, unread
        ("Elena Marchetti", "globe", "Web chat", [vip, risk, sad], 14, "Lamps flicker after the 2.4 update",
         "If it is not fixed I want to send them all back.", 6, False),
        ("Oskar Nyström", "mail", "Email", [], 27, "Invoice LW-8841 shows the wrong VAT number",
         "Our accountant needs the corrected one before Friday", 38, True),
        ("陈雨桐", "wechat", "WeChat", [], 55, "台灯无法连接 5GHz 网络", "我已经重置了两次，还是连不上", 80, True),
        ("Hotel Aurell", "mail", "Email", [vip], 3000, "Quote for 60 bedside lamps, delivery in January",
         "You: I have added the dimmer option to the quote.", None, False),
    )  # fmt: skip
    rows = []
    for number, (name, icon, channel, marks, passed, subject, preview, left, unread) in enumerate(written, 1):
        due = now + timedelta(minutes=left) if left else None
        row = SimpleNamespace(
            href=f"#row-{number}", id=f"row-{number}", current=number == 1, unread=unread, name=name,
            channel_icon=icon, channel=channel, marks=marks, at=now - timedelta(minutes=passed),
            subject=subject, preview=preview, due=due, state=waiting,
        )  # fmt: skip
        rows.append(row)
    return rows
