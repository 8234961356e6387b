/** Types of main_api's answers: generated from its OpenAPI document (`make build`), with units read off the names. */
import type { components } from "./api-schema.d.ts";
import type { Arcseconds, Au, Degrees } from "./units.ts";

type Schemas = components["schemas"];

/** The schema of this name, each number in the unit that the end of its name says. */
export type Api<Name extends keyof Schemas> = WithUnits<Schemas[Name]>;

type WithUnits<Value> = Value extends string | number | boolean | null | undefined
  ? Value
  : Value extends readonly (infer Item)[]
    ? WithUnits<Item>[]
    : { -readonly [Name in keyof Value]: Measured<Name, Value[Name]> };

type Measured<Name, Value> = Value extends number ? InUnit<Name, Value> : WithUnits<Value>;

type InUnit<Name, Value> = Name extends `${string}_deg`
  ? Degrees
  : Name extends `${string}_arcsec`
    ? Arcseconds
    : Name extends `${string}_au`
      ? Au
      : Value;
