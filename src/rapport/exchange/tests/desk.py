"""A system that is played, and the connection to it: what tests do to both, in the same words for both kinds."""

from rapport.backbone.jobs import run_pending
from rapport.exchange.syncing import running, starting
from rapport.exchange.syncing.models import Connection, SyncedRecord
from rapport.exchange.syncing.systems import system_of
from rapport.exchange.tests.hubspot import TOKEN, HubSpotPlayed
from rapport.exchange.tests.salesforce import SalesforcePlayed


def linked(customer):
    return SyncedRecord.objects.get(customer=customer)


class Desk:
    def __init__(self, kind, noor):
        self.kind, self.noor = kind, noor
        self.played = HubSpotPlayed() if kind == "hubspot" else SalesforcePlayed()
        said = (
            {"token": TOKEN, "api": self.played.address}
            if kind == "hubspot"
            else {"client_id": "app", "client_secret": "s", "refresh_token": "refresh-1", "login": self.played.address}
        )
        self.connection = starting.connect(kind, name="CRM", settings=said, by=noor)
        Connection.objects.filter(pk=self.connection.pk).update(makes_there=True)
        self.connection.refresh_from_db()
        assert all(not step.problem for step in system_of(self.connection).check())

    def add(self, first, last, email, **more):
        more = {"phone": more.pop("phone", "")}
        if self.kind == "hubspot":
            return self.played.add(firstname=first, lastname=last, email=email, **more)
        return self.played.add(FirstName=first, LastName=last, Email=email, Phone=more["phone"])

    def change(self, id, **values):
        names = {"name": "lastname", "phone": "phone", "email": "email", "city": "city"}
        if self.kind == "salesforce":
            names = {"name": "LastName", "phone": "Phone", "email": "Email", "city": "MailingCity"}
        self.played.change(id, **{names[name]: value for name, value in values.items()})

    def said(self, id):
        """Their record in HubSpot's words."""
        if self.kind == "hubspot":
            return self.played.said(id)
        row = self.played.kept["Contact"][id]
        names = {
            "firstname": "FirstName",
            "lastname": "LastName",
            "email": "Email",
            "phone": "Phone",
            "city": "MailingCity",
        }
        return {ours: row.get(theirs) for ours, theirs in names.items()}

    @property
    def contacts(self):
        return self.played.kept["contacts" if self.kind == "hubspot" else "Contact"]

    def begin(self):
        starting.look_first(self.connection)
        run_pending(strict=True)
        starting.begin(Connection.objects.get(), by=self.noor)
        run_pending(strict=True)
        return self.runs().first()

    def run(self):
        Connection.objects.update(held_until=None)
        running.go_on(self.connection.pk)
        return self.runs().first()

    def runs(self):
        return self.connection.runs.filter(is_trial=False)

    @property
    def writes(self):
        """How many requests have written something over there."""
        return sum(1 for method, path, _body in self.played.asked if method == "PATCH" or "/batch/" in path)
