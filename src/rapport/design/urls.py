"""The styleguide, and the choice of language on pages without an account."""

from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

from rapport.design import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("styleguide", views.styleguide, name="styleguide"),
    path("language", set_language, name="set_language"),
]
