from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0002_moves_and_pictures_wanted"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="authentication",
            field=models.JSONField(default=dict),
        ),
    ]
