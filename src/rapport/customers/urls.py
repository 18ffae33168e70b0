"""The pages of customers that need no other room."""

from django.urls import path

from rapport.customers.consent import public_views as public
from rapport.customers.consent import views as consent
from rapport.customers.importing import views
from rapport.customers.lifecycle import views as life_cycle
from rapport.customers.tasks import settings_views as checklists
from rapport.customers.tasks import views as tasks

urlpatterns = [
    path("customers/imports/", views.imports, name="customer_imports"),
    path("customers/imports/<int:pk>/", views.customer_import, name="customer_import"),
    path("customers/imports/<int:pk>/progress", views.progress, name="customer_import_progress"),
    path("customers/imports/<int:pk>/step", views.step, name="customer_import_step"),
    path("customers/imports/<int:pk>/errors.csv", views.problems, name="customer_import_problems"),
    path("customers/life-cycle/", life_cycle.funnel, name="life_cycle"),
    path("customers/<int:pk>/stage", life_cycle.customer_stage, name="customer_stage"),
    path("stage-entries/<int:pk>/undoing", life_cycle.stage_undoing, name="stage_undoing"),
    path("settings/life-cycle/", life_cycle.settings_life_cycle, name="settings_life_cycle"),
    path("settings/life-cycle/rules/new/", life_cycle.rule, name="new_stage_rule"),
    path("settings/life-cycle/rules/<int:pk>/", life_cycle.rule, name="stage_rule"),
    path("settings/life-cycle/rules/<int:pk>/step", life_cycle.rule_step, name="stage_rule_step"),
    path("settings/life-cycle/stages/new/", life_cycle.stage, name="new_stage"),
    path("settings/life-cycle/stages/<int:pk>/", life_cycle.stage, name="stage"),
    path("settings/life-cycle/stages/<int:pk>/step", life_cycle.stage_step, name="stage_step"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<int:pk>/", tasks.task, name="task"),
    path("tasks/<int:pk>/completion", tasks.task_completion, name="task_completion"),
    path("tasks/<int:pk>/reopening", tasks.task_reopening, name="task_reopening"),
    path("tasks/<int:pk>/deferral", tasks.task_deferral, name="task_deferral"),
    path("tasks/<int:pk>/deletion", tasks.task_deletion, name="task_deletion"),
    path("customers/<int:pk>/tasks", tasks.customer_tasks, name="customer_tasks"),
    path("customers/<int:pk>/checklists", tasks.customer_checklists, name="customer_checklists"),
    path("checklists/<int:pk>/stop", tasks.checklist_stop, name="checklist_stop"),
    path("settings/tasks/", checklists.settings_tasks, name="settings_tasks"),
    path("settings/tasks/checklists/new/", checklists.checklist, name="new_checklist"),
    path("settings/tasks/checklists/<int:pk>/", checklists.checklist, name="checklist"),
    path("settings/tasks/checklists/<int:pk>/deletion", checklists.checklist_deletion, name="checklist_deletion"),
    path("customers/<int:pk>/consent", consent.customer_consent, name="customer_consent"),
    path("settings/consent/", consent.settings_consent, name="settings_consent"),
    path("settings/consent/new/", consent.purpose, name="new_purpose"),
    path("settings/consent/<int:pk>/", consent.purpose, name="purpose"),
    path("preferences/confirm/<str:token>/", public.confirmation, name="consent_confirmation"),
    path("preferences/<str:token>/", public.preferences, name="preferences"),
]
