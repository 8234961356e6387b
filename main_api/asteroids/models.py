"""Tables of the catalogue: the asteroids, the synchronisations that filled it, and the pages held of them."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Q

from main_api.asteroids.names import DESIGNATION_KEY_LENGTH_MAX, NAME_KEY_LENGTH_MAX


class KeyField(models.CharField):
    """Text that is compared byte by byte on every database, so that an index finds what starts with something."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        parameters = super().db_parameters(connection)
        # SQLite compares so anyway; PostgreSQL does as the locale of the database says.
        return {**parameters, "collation": "C"} if connection.vendor == "postgresql" else parameters


class Asteroid(models.Model):
    """A known asteroid with its heliocentric osculating elements, ecliptic and equinox J2000.

    `spkid` is JPL's identity of it; nothing else stays the same for ever. Elements are null where the source has none.
    The keys are `name` and provisional designation as `names.py` writes them. `content_hash` is of the values of the
    source, so that what did not change is told without comparing thirty columns.
    """

    spkid = models.IntegerField(primary_key=True)
    full_name = models.CharField(max_length=100)
    designation = models.CharField(max_length=32)
    name = models.CharField(max_length=64, blank=True, default="")
    number = models.IntegerField(null=True)
    orbit_class = models.CharField(max_length=8, blank=True, default="")
    neo = models.BooleanField(null=True)
    pha = models.BooleanField(null=True)
    h_magnitude = models.FloatField(null=True)
    epoch_mjd_tdb = models.FloatField(null=True)
    a_au = models.FloatField(null=True)
    e = models.FloatField(null=True)
    i_deg = models.FloatField(null=True)
    node_deg = models.FloatField(null=True)
    peri_deg = models.FloatField(null=True)
    mean_anomaly_deg = models.FloatField(null=True)
    q_au = models.FloatField(null=True)
    tp_mjd_tdb = models.FloatField(null=True)
    period_years = models.FloatField(null=True)
    g_slope = models.FloatField(null=True)
    diameter_km = models.FloatField(null=True)
    albedo = models.FloatField(null=True)
    moid_au = models.FloatField(null=True)
    condition_code = models.CharField(max_length=4, blank=True, default="")
    data_arc_days = models.IntegerField(null=True)
    first_obs = models.CharField(max_length=16, blank=True, default="")
    last_obs = models.CharField(max_length=16, blank=True, default="")
    observation_count = models.IntegerField(null=True)
    rms_arcsec = models.FloatField(null=True)
    orbit_id = models.CharField(max_length=32, blank=True, default="")
    name_key = KeyField(max_length=NAME_KEY_LENGTH_MAX, null=True)
    designation_key = KeyField(max_length=DESIGNATION_KEY_LENGTH_MAX, blank=True, default="")
    content_hash = models.BigIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["spkid"]
        # What comes in no order costs a sync some five microseconds an object and index; a number, a class and the null
        # of most names cost next to nothing. An order by another column sorts, in half a second over 1.5 million rows.
        indexes = [
            models.Index(fields=["number"], name="asteroid_number"),
            models.Index(fields=["name_key"], name="asteroid_name"),
            models.Index(fields=["designation_key"], name="asteroid_designation"),
            models.Index(fields=["orbit_class"], name="asteroid_orbit_class"),
            models.Index(fields=["h_magnitude"], name="asteroid_h_magnitude"),
            models.Index(fields=["spkid"], name="asteroid_neo", condition=Q(neo=True)),
            models.Index(fields=["h_magnitude"], name="asteroid_neo_h", condition=Q(neo=True)),
            models.Index(fields=["spkid"], name="asteroid_pha", condition=Q(pha=True)),
            models.Index(fields=["h_magnitude"], name="asteroid_pha_h", condition=Q(pha=True)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(spkid__gt=0), name="asteroid_spkid_positive"),
            models.CheckConstraint(condition=Q(number__isnull=True) | Q(number__gt=0), name="asteroid_number_positive"),
        ]

    def __str__(self) -> str:
        return self.full_name


class CatalogueSync(models.Model):
    """One run of the synchronisation. Later ones close it; it is finished when `finished_at` is set.

    held_count: objects of the catalogue when the run began. pass_number: the pass whose pages count.
    """

    calculation_id = models.UUIDField(primary_key=True)
    calculation_created_at = models.DateTimeField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    pass_number = models.PositiveIntegerField()
    held_count = models.PositiveIntegerField()
    deleted_count = models.PositiveIntegerField(default=0)
    warning = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["-calculation_created_at", "-calculation_id"]
        indexes = [models.Index(fields=["calculation_created_at"], name="catalogue_sync_created")]

    def __str__(self) -> str:
        return str(self.calculation_id)


class CataloguePage(models.Model):
    """A page that was stored, with the counts it was answered with.

    digest: of its rows. spkids: whose rows they were, 32-bit integers of this machine one after another; emptied when
    the run has ended.
    """

    sync = models.ForeignKey(CatalogueSync, models.CASCADE, related_name="pages")
    page = models.PositiveIntegerField()
    object_count = models.PositiveIntegerField()
    page_count = models.PositiveIntegerField()
    row_count = models.PositiveIntegerField()
    added_count = models.PositiveIntegerField()
    updated_count = models.PositiveIntegerField()
    unchanged_count = models.PositiveIntegerField()
    digest = models.BinaryField(max_length=16)
    spkids = models.BinaryField()

    class Meta:
        ordering = ["page"]
        constraints = [
            models.UniqueConstraint(fields=["sync", "page"], name="catalogue_page_once"),
            models.CheckConstraint(
                condition=Q(row_count=F("added_count") + F("updated_count") + F("unchanged_count")),
                name="catalogue_page_counts_add_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sync_id} {self.page}"
