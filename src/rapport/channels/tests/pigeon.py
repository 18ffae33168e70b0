"""A channel kind for tests of the settings: pigeons. It has a secret, a step that can fail, and a guess."""

from django import forms

from rapport.channels.errors import CannotRead
from rapport.channels.seam import Kind
from rapport.channels.types import Abilities, Check, Receipt


class PigeonForm(forms.Form):
    address = forms.EmailField(label="Loft")
    host = forms.CharField(label="Landing board", required=False)
    password = forms.CharField(label="Whistle", widget=forms.PasswordInput)

    def clean_host(self):
        if self.cleaned_data["host"] == "nowhere":
            raise forms.ValidationError("There is no such board.")
        return self.cleaned_data["host"]


class Pigeon(Kind):
    name = "pigeon"
    label = "Pigeons"
    icon = "send"
    abilities = Abilities()
    form = PigeonForm
    steps: tuple[str, ...] = ()

    def read(self, body):
        raise CannotRead("Pigeons write in a hand nobody can read.")

    def send(self, message, settings):
        return Receipt(external_id="")

    def check(self, settings):
        yield Check("Find the loft", True)
        yield Check("Whistle", settings["password"] == "coo", "The pigeons do not know this whistle <b>yet</b>.")

    def suggest(self, address):
        return {"host": f"board.{address.partition('@')[2]}", "hint": "Bring corn."} if "@" in address else {}
