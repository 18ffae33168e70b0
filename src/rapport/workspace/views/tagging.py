"""Settings: the tags, what they are for, and how many conversations have each."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rapport.conversations import actions
from rapport.conversations.actions.tagging import TagTaken
from rapport.conversations.models import Tag
from rapport.conversations.tag_uses import Named, uses_of
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.forms import TagForm

SHOWN = 500


@needs(Permission.MANAGE_FIELDS)
def tags(request: AgentRequest) -> HttpResponse:
    """Every tag with its count."""
    counted = Tag.objects.annotate(count=Count("taggings")).order_by("name")[:SHOWN]
    return render(request, "workspace/settings_tags.html", {"tags": counted})


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_FIELDS)
def tag(request: AgentRequest, pk: int) -> HttpResponse:
    """Name, colour and description of one; below, merging and deleting."""
    found = get_object_or_404(Tag.objects.annotate(count=Count("taggings")), pk=pk)
    known = {"name": found.name, "colour": found.colour, "description": found.description}
    form = TagForm(request.POST or None, initial=known)
    if form.is_valid():
        try:
            actions.describe_tag(found, by=request.user, **form.cleaned_data)
        except TagTaken as taken:
            form.add_error("name", str(taken))
        except ValueError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("The tag is changed."))
            return redirect("settings_tags")
    others = Tag.objects.exclude(pk=pk).order_by("name")[:SHOWN]
    uses = uses_of(Named(found.pk, str(known["name"])))
    context = {"form": form, "tag": found, "name": known["name"], "others": others, "uses": uses}
    return render(request, "workspace/settings_tag.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.MANAGE_FIELDS)
def merge(request: AgentRequest, pk: int) -> HttpResponse:
    """Everything that has it gets the tag `into` instead."""
    found = get_object_or_404(Tag, pk=pk)
    wanted = request.POST.get("into", "")
    into = get_object_or_404(Tag.objects.exclude(pk=pk), pk=int(wanted[:18]) if wanted.isdecimal() else 0)
    name = found.name
    actions.merge_tags(found, into=into, by=request.user)
    messages.success(request, _("%(name)s is now %(into)s.") % {"name": name, "into": into.name})
    return redirect("settings_tags")


@require_POST
@needs(Permission.MANAGE_FIELDS)
def deletion(request: AgentRequest, pk: int) -> HttpResponse:
    """Take it off everything; the page asked whether this is meant."""
    found = get_object_or_404(Tag, pk=pk)
    name = found.name
    actions.delete_tag(found, by=request.user)
    messages.success(request, _("The tag %(name)s is deleted.") % {"name": name})
    return redirect("settings_tags")
