/** Why a distance can be told at all: how the Earth moved between the observations, seen from the object. */
import { modifiedJulianDate } from "./modified-julian.ts";
import { earthAt } from "./orbit-geometry.ts";
import type { Au, Degrees } from "./units.ts";

export interface Sighting {
  observed_at: string;
  ra_deg: Degrees;
  dec_deg: Degrees;
  distance_au?: Au | null;
}

/** Heliocentric, ecliptic and equinox J2000, au. */
export interface Place {
  x: number;
  y: number;
  z: number;
}

export interface SightLine {
  observed_at: string;
  earth: Place;
  object: Place;
}

export interface Parallax {
  lines: SightLine[];
  /** From where the Earth was first to where it was last, au. */
  baseline_au: number;
  /** How far the Earth's way bends from that straight line, across the line of sight, au. */
  bend_au: number;
  /** The angles under which both appear from the middle of the object's way, degrees. */
  baseline_deg: number;
  bend_deg: number;
}

const RAD = Math.PI / 180;
/** Mean obliquity at J2000, IAU 2006: 84381.406 arcsec. */
const OBLIQUITY = (84_381.406 / 3_600) * RAD;

/** Of the sightings that have a distance, in order of time; null: fewer than two. Good to about a hundredth. */
export function parallaxOf(sightings: readonly Sighting[]): Parallax | null {
  const lines = sightings.flatMap((row) => {
    const line = sightLine(row);
    return line ? [line] : [];
  });
  const [first, last] = [lines[0], lines.at(-1)];
  const middle = lines[Math.floor(lines.length / 2)];
  if (!first || !last || !middle || first === last) return null;
  const chord = minus(last.earth, first.earth);
  const sight = minus(middle.object, middle.earth);
  const distance = length(sight);
  const toward = times(sight, 1 / distance);
  const bends = lines.map(({ earth }) => length(across(fromLine(minus(earth, first.earth), chord), toward)));
  const bend_au = Math.max(...bends);
  return {
    lines,
    baseline_au: length(chord),
    bend_au,
    baseline_deg: 2 * Math.atan(length(across(chord, toward)) / 2 / distance) * (1 / RAD),
    bend_deg: Math.atan(bend_au / distance) / RAD,
  };
}

function sightLine({ observed_at, ra_deg, dec_deg, distance_au }: Sighting): SightLine | null {
  if (distance_au === null || distance_au === undefined) return null;
  const earth = { ...earthAt(modifiedJulianDate(Date.parse(observed_at))), z: 0 };
  const toward = ecliptic(ra_deg * RAD, dec_deg * RAD);
  return { observed_at, earth, object: plus(earth, times(toward, distance_au)) };
}

function ecliptic(ra: number, dec: number): Place {
  const [x, y, z] = [Math.cos(dec) * Math.cos(ra), Math.cos(dec) * Math.sin(ra), Math.sin(dec)];
  const [cos, sin] = [Math.cos(OBLIQUITY), Math.sin(OBLIQUITY)];
  return { x, y: cos * y + sin * z, z: cos * z - sin * y };
}

const plus = (a: Place, b: Place): Place => ({ x: a.x + b.x, y: a.y + b.y, z: a.z + b.z });
const minus = (a: Place, b: Place): Place => ({ x: a.x - b.x, y: a.y - b.y, z: a.z - b.z });
const times = (a: Place, factor: number): Place => ({ x: a.x * factor, y: a.y * factor, z: a.z * factor });
const dot = (a: Place, b: Place) => a.x * b.x + a.y * b.y + a.z * b.z;
const length = (a: Place) => Math.sqrt(dot(a, a));

/** What of a vector is perpendicular to a unit vector. */
const across = (a: Place, unit: Place) => minus(a, times(unit, dot(a, unit)));

/** The perpendicular from a line through the origin. */
function fromLine(a: Place, line: Place): Place {
  const size = length(line);
  return size > 0 ? across(a, times(line, 1 / size)) : a;
}
