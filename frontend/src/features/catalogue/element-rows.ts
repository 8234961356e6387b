import type { Dictionary } from "@/i18n/en.ts";
import { calendarMoment } from "@/lib/modified-julian.ts";
import { formatNumber } from "@/lib/quantity.ts";
import type { Asteroid } from "./types.ts";

/** A label and what is known under it; null: nothing. */
export type Row = [string, string | null];

/** The orbit of an asteroid in words and units. */
export function elementRows(text: Dictionary, asteroid: Asteroid): Row[] {
  const { elements, units, years } = text.request;
  const { one } = text.catalogue;
  const write = writer(text);
  const { tp_mjd_tdb } = asteroid;
  return [
    [elements.a, write(asteroid.a_au, 7, ` ${units.au}`)],
    [elements.e, write(asteroid.e, 7)],
    [elements.i, write(asteroid.i_deg, 5, "°")],
    [elements.node, write(asteroid.node_deg, 5, "°")],
    [elements.peri, write(asteroid.peri_deg, 5, "°")],
    [elements.meanAnomaly, write(asteroid.mean_anomaly_deg, 5, "°")],
    [elements.q, write(asteroid.q_au, 6, ` ${units.au}`)],
    [one.perihelionTime, tp_mjd_tdb === null ? null : calendarMoment(tp_mjd_tdb)],
    [elements.period, write(asteroid.period_years, 3, ` ${years}`)],
    [elements.moid, write(asteroid.moid_au, 6, ` ${units.au}`)],
  ];
}

/** What the catalogue says besides the orbit. */
export function propertyRows(text: Dictionary, asteroid: Asteroid): Row[] {
  const { request, catalogue } = text;
  const { one, classes } = catalogue;
  const write = writer(text);
  const { orbit_class, first_obs, last_obs } = asteroid;
  return [
    [request.elements.orbitClass, orbit_class && `${classes[orbit_class] ?? orbit_class} (${orbit_class})`],
    [request.elements.h, write(asteroid.h_magnitude, 2)],
    [one.slope, write(asteroid.g_slope, 2)],
    [one.diameter, write(asteroid.diameter_km, 3, ` ${request.units.km}`)],
    [one.albedo, write(asteroid.albedo, 3)],
    [one.condition, asteroid.condition_code],
    [one.observed, first_obs && last_obs && `${first_obs} … ${last_obs}`],
    [one.arc, write(asteroid.data_arc_days, 0, ` ${request.days}`)],
    [one.observationCount, write(asteroid.observation_count, 0)],
    [one.rms, write(asteroid.rms_arcsec, 2, "″")],
    [one.orbitId, asteroid.orbit_id],
    [one.spkid, String(asteroid.spkid)],
  ];
}

function writer(text: Dictionary) {
  return (value: number | null, decimals: number, unit = ""): string | null =>
    value === null ? null : `${formatNumber(value, text.locale, decimals)}${unit}`;
}
