"""Writing to someone first."""

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.channels import actions as channels
from rapport.channels.errors import CannotWrite, ChannelError
from rapport.channels.models import Channel
from rapport.conversations import actions
from rapport.conversations.models import Conversation, Inbox
from rapport.customers.actions import meet
from rapport.customers.models import IdentityKind
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission


class NewConversation(forms.Form):
    """To whom, from which inbox, about what."""

    to = forms.EmailField(label=gettext_lazy("To"), max_length=320)
    inbox = forms.ModelChoiceField(Inbox.objects.all(), label=gettext_lazy("From"), empty_label=None)
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=500)
    text = forms.CharField(label=gettext_lazy("Message"), widget=forms.Textarea(attrs={"rows": 6}), max_length=100_000)


@needs(Permission.REPLY)
def new_conversation(request: AgentRequest) -> HttpResponse:
    """A form in a dialog, or on a page of its own; POST sends the first message."""
    form = NewConversation(request.POST or None, initial={"to": request.GET.get("to", "")})
    for field in form.fields.values():
        field.widget.attrs["class"] = "select" if isinstance(field.widget, forms.Select) else "input"
    template = "workspace/new_conversation_form.html" if request.htmx else "workspace/new_conversation.html"
    if request.method == "POST" and form.is_valid():
        try:
            begun = _begin(request, form)
        except ChannelError as error:
            form.add_error(None, str(error))
        else:
            return _go_to(request, begun)
    return render(request, template, {"form": form, "has_channel": Channel.objects.exists()})


@transaction.atomic
def _begin(request: AgentRequest, form: NewConversation) -> Conversation:
    """The conversation with its first message on the way. Raises CannotWrite when the inbox has no way out."""
    inbox = form.cleaned_data["inbox"]
    channel = Channel.objects.filter(inbox=inbox).order_by("id").first()
    if channel is None:
        raise CannotWrite(_("This inbox has no mailbox to send from. Connect one in Settings."))
    customer = meet(kind=IdentityKind.EMAIL, value=form.cleaned_data["to"])
    conversation = actions.begin(
        customer, inbox=inbox, channel=channel.kind, subject=form.cleaned_data["subject"], by=request.user
    )
    channels.reply(
        conversation,
        by=request.user,
        text=form.cleaned_data["text"],
        to=(form.cleaned_data["to"],),
        undo_seconds=request.user.undo_seconds,
    )
    return conversation


def _go_to(request: AgentRequest, conversation: Conversation) -> HttpResponse:
    answer = redirect("conversation", number=conversation.number)
    if request.htmx:
        # A redirect would be followed into the dialog; this sends the whole page there.
        return HttpResponse(status=204, headers={"HX-Redirect": answer.url})
    return answer
