"""The pages of customers that need no other room."""

from django.urls import path

from rapport.customers.importing import views

urlpatterns = [
    path("customers/imports/", views.imports, name="customer_imports"),
    path("customers/imports/<int:pk>/", views.customer_import, name="customer_import"),
    path("customers/imports/<int:pk>/progress", views.progress, name="customer_import_progress"),
    path("customers/imports/<int:pk>/step", views.step, name="customer_import_step"),
    path("customers/imports/<int:pk>/errors.csv", views.problems, name="customer_import_problems"),
]
