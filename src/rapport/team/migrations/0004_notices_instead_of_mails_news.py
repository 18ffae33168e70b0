from django.db import migrations


def keep_mail(apps, schema_editor):
    """Whoever asked for mail about their own conversations goes on getting it."""
    agent = apps.get_model("team", "Agent")
    by_mail = {"own": {"mail": True}, "assigned": {"mail": True}}
    agent.objects.filter(mails_news=True).update(notices=by_mail)


class Migration(migrations.Migration):
    dependencies = [("team", "0003_presence_and_notifications")]

    operations = [
        migrations.RunPython(keep_mail, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField(model_name="agent", name="mails_news"),
    ]
