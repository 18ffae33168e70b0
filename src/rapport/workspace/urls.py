"""The screens that combine rooms."""

from django.urls import path

from rapport.workspace.views import beginning, changes, composing, customers, inbox, messages, reading, searching

urlpatterns = [
    path("", inbox.home, name="home"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/rows", inbox.more_rows, name="inbox_rows"),
    path("inbox/rows/<int:pk>", inbox.row, name="inbox_row"),
    path("inbox/counts", inbox.counts, name="inbox_counts"),
    path("inbox/new/", beginning.new_conversation, name="new_conversation"),
    path("inbox/<int:number>/", inbox.conversation, name="conversation"),
    path("inbox/<int:number>/earlier", reading.earlier, name="conversation_earlier"),
    path("inbox/<int:number>/news", reading.news, name="conversation_news"),
    path("conversations/<int:pk>/closure", changes.closure, name="conversation_closure"),
    path("conversations/<int:pk>/deletion", changes.deletion, name="conversation_deletion"),
    path("conversations/<int:pk>/assignment", changes.assignment, name="conversation_assignment"),
    path("conversations/<int:pk>/snooze", changes.snooze, name="conversation_snooze"),
    path("conversations/<int:pk>/tags", changes.tags, name="conversation_tags"),
    path("conversations/<int:pk>/priority", changes.priority, name="conversation_priority"),
    path("conversations/<int:pk>/subject", changes.subject, name="conversation_subject"),
    path("conversations/<int:pk>/seen", changes.seen, name="conversation_seen"),
    path("conversations/<int:pk>/draft", composing.draft, name="conversation_draft"),
    path("conversations/<int:pk>/messages", composing.messages, name="conversation_messages"),
    path("messages/<int:pk>/", composing.message, name="message"),
    path("messages/<int:pk>/body", reading.body, name="message_body"),
    path("messages/<int:pk>/text", reading.whole_text, name="message_text"),
    path("messages/<int:pk>/details", messages.details, name="message_details"),
    path("messages/<int:pk>/move", messages.move, name="message_move"),
    path("messages/<int:pk>/original", messages.original, name="message_original"),
    path("messages/<int:pk>/dispatch", composing.dispatch, name="message_dispatch"),
    path("attachments/<int:pk>", reading.attachment, name="attachment"),
    path("uploads/", composing.upload, name="uploads"),
    path("search/", searching.search, name="search"),
    path("customers/", customers.customers, name="customers"),
    path("customers/<int:pk>/", customers.customer, name="customer"),
]
