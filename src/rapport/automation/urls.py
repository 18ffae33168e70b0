"""Where macros are chosen, and where macros, rules and webhooks are set up."""

from django.urls import path

from rapport.automation.views import choosing, macros

urlpatterns = [
    path("conversations/<int:pk>/macros", choosing.macros, name="conversation_macros"),
    path("conversations/<int:pk>/macros/undo", choosing.undo, name="conversation_macros_undo"),
    path("conversations/<int:pk>/macros/<int:macro_id>", choosing.macro, name="conversation_macro"),
    path("conversations/<int:pk>/macros/<int:macro_id>/use", choosing.use, name="conversation_macro_use"),
    path("settings/macros/", macros.macros, name="settings_macros"),
    path("settings/macros/new/", macros.new_macro, name="new_macro"),
    path("settings/macros/<int:pk>/", macros.macro, name="settings_macro"),
    path("settings/macros/<int:pk>/copy", macros.copy, name="macro_copy"),
    path("settings/macros/<int:pk>/deletion", macros.deletion, name="macro_deletion"),
    path("settings/macros/<int:pk>/restoration", macros.restoration, name="macro_restoration"),
]
