"""The customers' own pages, under one prefix: their cookie is sent to no other."""

from django.urls import path

from rapport.portal.views import conversing, policy, signing

urlpatterns = [
    path("portal/", conversing.home, name="portal_home"),
    path("portal/sign-in/", signing.sign_in, name="portal_sign_in"),
    path("portal/sign-in/<str:token>/", signing.link, name="portal_link"),
    path("portal/sign-out/", signing.sign_out, name="portal_sign_out"),
    path("portal/new/", conversing.new, name="portal_new"),
    path("portal/preferences/", conversing.preferences, name="portal_preferences"),
    path("portal/conversations/<int:number>/", conversing.conversation, name="portal_conversation"),
    path("portal/conversations/<int:number>/solution/", conversing.solution, name="portal_solution"),
    path("portal/conversations/<int:number>/files/<int:attachment_id>/", conversing.file, name="portal_file"),
    path("settings/portal/", policy.settings_portal, name="settings_portal"),
]
