"""Settings of channels and of what they carry."""

from django.urls import path

from rapport.channels.views import blocking, channels, consents, health, signing, traffic, widgets

urlpatterns = [
    path("settings/channels/", channels.channels, name="settings_channels"),
    path("settings/channels/new/<str:kind_name>/", channels.new_channel, name="new_channel"),
    path("settings/channels/new/<str:kind_name>/test", channels.trial, name="new_channel_test"),
    path("settings/channels/new/<str:kind_name>/suggestion", channels.suggestion, name="channel_suggestion"),
    path("settings/channels/<int:channel_id>/", channels.channel, name="settings_channel"),
    path("settings/channels/<int:channel_id>/test", channels.trial, name="channel_test"),
    path("settings/channels/<int:channel_id>/connected/", channels.connected, name="channel_connected"),
    path("settings/channels/consent/", consents.consent, name="channel_consent"),
    path("settings/channels/<int:channel_id>/sign-in", consents.sign_in, name="channel_sign_in"),
    path("settings/channels/<int:channel_id>/health/", health.health, name="channel_health"),
    path("settings/channels/<int:channel_id>/trial", health.new_trial, name="channel_trial"),
    path("settings/channels/<int:channel_id>/pause", channels.pause, name="channel_pause"),
    path("settings/channels/<int:channel_id>/resumption", channels.resumption, name="channel_resumption"),
    path("settings/channels/<int:channel_id>/signature/", signing.signature, name="channel_signature"),
    path("settings/channels/<int:channel_id>/signature/key", signing.key, name="channel_signature_key"),
    path("settings/channels/<int:channel_id>/signature/check", signing.check, name="channel_signature_check"),
    path("settings/channels/<int:channel_id>/signature/removal", signing.removal, name="channel_signature_removal"),
    path("settings/channels/<int:channel_id>/widget/", widgets.widget_settings, name="channel_widget"),
    path("settings/channels/<int:channel_id>/widget/secret", widgets.new_secret, name="channel_widget_secret"),
    path("settings/channels/<int:channel_id>/widget/preview", widgets.preview, name="channel_widget_preview"),
    path(
        "settings/channels/<int:channel_id>/widget/messages/", widgets.proactive_message, name="new_proactive_message"
    ),
    path(
        "settings/channels/<int:channel_id>/widget/messages/<int:message_id>/",
        widgets.proactive_message,
        name="proactive_message",
    ),
    path(
        "settings/channels/<int:channel_id>/widget/messages/<int:message_id>/removal",
        widgets.proactive_removal,
        name="proactive_message_removal",
    ),
    path("settings/channels/<int:channel_id>/removal", channels.removal, name="channel_removal"),
    path("settings/deliveries/", traffic.deliveries, name="settings_deliveries"),
    path("settings/deliveries/<int:delivery_id>/", traffic.delivery, name="delivery"),
    path("settings/deliveries/<int:delivery_id>/raw", traffic.raw, name="delivery_raw"),
    path("settings/deliveries/<int:delivery_id>/reading", traffic.new_reading, name="delivery_reading"),
    path("settings/outbox/", traffic.outbox, name="settings_outbox"),
    path("settings/outbox/<int:dispatch_id>/try", traffic.new_try, name="dispatch_try"),
    path("settings/outbox/<int:dispatch_id>/cancellation", traffic.cancellation, name="dispatch_cancellation"),
    path("settings/blocked-senders/", blocking.senders, name="settings_blocked_senders"),
    path("settings/blocked-senders/noise", blocking.noise, name="noise_limit"),
    path("settings/blocked-senders/return", blocking.come_back, name="blocked_sender_return"),
    path("settings/blocked-senders/<int:pk>/removal", blocking.removal, name="blocked_sender_removal"),
    path("settings/jobs/", traffic.dead_letters, name="settings_jobs"),
    path("settings/jobs/<uuid:task_id>/run", traffic.new_run, name="job_run"),
]
