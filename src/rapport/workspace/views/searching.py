"""Search over everything the agent may see: messages and people."""

from django.http import HttpResponse
from django.shortcuts import render

from rapport.conversations.queries import find
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.highlighting import Terms, marked, snippet
from rapport.workspace.queries.channels import face_of
from rapport.workspace.queries.people import people
from rapport.workspace.views.finding import query_of

PEOPLE = 6


@needs(Permission.READ)
def search(request: AgentRequest) -> HttpResponse:
    """Results for `q`, newest first; for htmx the further ones."""
    query = query_of(request)
    before = request.GET.get("before", "")
    found = find(request.user, query, before=int(before[:18]) if before.isdecimal() else None, limit=30)
    terms = Terms.of(query)
    results = [
        {
            "message": message,
            "conversation": message.conversation,
            "face": face_of(message.conversation.channel),
            "subject": marked(message.conversation.subject, terms),
            "snippet": snippet(message.text, terms, 240),
        }
        for message in found.messages
    ]
    context = {"query": query, "results": results, "next": found.next}
    if before and request.htmx:
        return render(request, "workspace/search_results.html", context)
    known = people(request.user, query=query, limit=PEOPLE) if query and not before else None
    return render(request, "workspace/search.html", {**context, "people": known.people if known else []})
