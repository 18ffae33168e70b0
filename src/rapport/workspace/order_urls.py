"""What puts the inbox in order: filters, saved views, many at once, own fields, links, tags."""

from django.urls import path

from rapport.workspace.views import closing, fielding, filtering, junking, linking, many, ordered, own_fields, tagging

urlpatterns = [
    path("inbox/filter", filtering.builder, name="inbox_filter"),
    path("views/", filtering.views, name="saved_views"),
    path("views/<int:pk>/", filtering.view, name="saved_view"),
    path("views/<int:pk>/removal", filtering.removal, name="saved_view_removal"),
    path("inbox/many", many.change, name="inbox_many"),
    path("inbox/many/choices", many.choices, name="inbox_many_choices"),
    path("inbox/many/ids", many.ids, name="inbox_many_ids"),
    path("inbox/many/<int:pk>/undoing", many.undoing, name="inbox_many_undoing"),
    path("inbox/many/<int:pk>/lacking", closing.lacking, name="inbox_many_lacking"),
    path("conversations/<int:pk>/needed", closing.needed, name="conversation_needed"),
    path("inbox/moment", many.moment, name="inbox_moment"),
    path("conversations/<int:pk>/fields", fielding.of_conversation, name="conversation_fields"),
    path("customers/<int:pk>/fields", fielding.of_customer, name="customer_fields"),
    path("conversations/<int:pk>/junk", junking.junking, name="conversation_junk"),
    path("conversations/<int:pk>/block", junking.blocking, name="conversation_block"),
    path("conversations/<int:pk>/links", linking.links, name="conversation_links"),
    path("conversations/<int:pk>/orders", ordered.orders, name="conversation_orders"),
    path("settings/fields/", own_fields.fields, name="settings_fields"),
    path("settings/fields/<str:noun>/new/", own_fields.new, name="settings_field_new"),
    path("settings/fields/<str:noun>/<int:pk>/", own_fields.field, name="settings_field"),
    path("settings/fields/<str:noun>/<int:pk>/place", own_fields.place, name="settings_field_place"),
    path("settings/fields/<str:noun>/<int:pk>/retirement", own_fields.retirement, name="settings_field_retirement"),
    path("settings/tags/", tagging.tags, name="settings_tags"),
    path("settings/tags/<int:pk>/", tagging.tag, name="settings_tag"),
    path("settings/tags/<int:pk>/merge", tagging.merge, name="settings_tag_merge"),
    path("settings/tags/<int:pk>/deletion", tagging.deletion, name="settings_tag_deletion"),
]
