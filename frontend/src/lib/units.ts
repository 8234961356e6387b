/** Numbers that carry their unit in the type, so that degrees never meet arcseconds by accident. */
export type Degrees = number & { readonly __unit: "deg" };
export type Arcseconds = number & { readonly __unit: "arcsec" };
export type Au = number & { readonly __unit: "au" };

export const degrees = (value: number) => value as Degrees;
export const au = (value: number) => value as Au;
export const arcseconds = (value: number) => value as Arcseconds;

/** IAU 2012 resolution B2, km. */
export const KM_PER_AU = 149_597_870.7;
/** Mean distance of the Moon (semi-major axis), km; the unit that JPL's close approach tables use. */
export const KM_PER_LUNAR_DISTANCE = 384_399;

export type DistanceUnit = "au" | "km" | "ld";

/** How many of the unit make one au. */
export const UNITS_PER_AU: Record<DistanceUnit, number> = {
  au: 1,
  km: KM_PER_AU,
  ld: KM_PER_AU / KM_PER_LUNAR_DISTANCE,
};
