"""What the fit weighted each observation with, for files of residuals."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("requests", "0003_verdict_grounds"),
    ]

    operations = [
        migrations.AddField(
            model_name="observationresult",
            name="fit_sigma_ra_arcsec",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="observationresult",
            name="fit_sigma_dec_arcsec",
            field=models.FloatField(blank=True, null=True),
        ),
    ]
