"""The styleguide."""

from django.urls import URLPattern, URLResolver, path

from rapport.design import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("styleguide", views.styleguide, name="styleguide"),
]
