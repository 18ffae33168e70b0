"""Where macros are chosen, and where macros, rules and webhooks are set up."""

from django.urls import path

from rapport.automation.views import choosing, macros, rules, webhooks

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
    path("settings/rules/", rules.rules, name="settings_rules"),
    path("settings/rules/new/", rules.new_rule, name="new_rule"),
    path("settings/rules/from/<str:key>", rules.pattern, name="rule_pattern"),
    path("settings/rules/<int:pk>/", rules.rule, name="settings_rule"),
    path("settings/rules/<int:pk>/log/", rules.log, name="rule_log"),
    path("settings/rules/<int:pk>/switch", rules.switch, name="rule_switch"),
    path("settings/rules/<int:pk>/order", rules.order, name="rule_order"),
    path("settings/rules/<int:pk>/copy", rules.copy, name="rule_copy"),
    path("settings/rules/<int:pk>/deletion", rules.deletion, name="rule_deletion"),
    path("settings/rules/<int:pk>/restoration", rules.restoration, name="rule_restoration"),
    path("settings/webhooks/", webhooks.webhooks, name="settings_webhooks"),
    path("settings/webhooks/new/", webhooks.new_webhook, name="new_webhook"),
    path("settings/webhooks/<int:pk>/", webhooks.webhook, name="settings_webhook"),
    path("settings/webhooks/<int:pk>/trial", webhooks.trial, name="webhook_trial"),
    path("settings/webhooks/<int:pk>/secret", webhooks.secret, name="webhook_secret"),
    path("settings/webhooks/<int:pk>/deletion", webhooks.deletion, name="webhook_deletion"),
    path("settings/webhooks/<int:pk>/restoration", webhooks.restoration, name="webhook_restoration"),
    path("settings/webhooks/<int:pk>/messages/<int:parcel_id>/try", webhooks.new_try, name="webhook_try"),
]
