"""The pages of importing tables."""

from django.urls import path

from rapport.exchange.importing import views

urlpatterns = [
    path("settings/import/", views.imports, name="table_imports"),
    path("settings/import/<int:pk>/", views.table_import, name="table_import"),
    path("settings/import/<int:pk>/progress", views.progress, name="table_import_progress"),
    path("settings/import/<int:pk>/step", views.step, name="table_import_step"),
    path("settings/import/<int:pk>/errors.csv", views.problems, name="table_import_problems"),
]
