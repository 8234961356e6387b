import { describe, expect, it } from "vitest";
import me from "../../../../tests/data/wire/me.json";
import observation from "../../../../tests/data/wire/observation.json";
import list from "../../../../tests/data/wire/request_list.json";
import stations from "../../../../tests/data/wire/stations.json";
import { samples } from "@/testing/samples.ts";
import { isRunning } from "./types.ts";

const ROW = [
  "id status designation creator moderator created_at formed_at completed_at updated_at observation_count",
  "result_count verdict calculation_id calculation_state",
].flatMap((words) => words.split(" "));
const DETAIL = [
  ...ROW,
  "comment",
  "observations",
  "orbit",
  "verdict_reason",
  "alternatives",
  "follow_up",
  "error",
  "history",
];
const FOLLOW_UP = ["station", "relative_sigma", "observe_from", "observe_by", "note", "nights", "observable_from"];
const NIGHT = [
  "at ra_deg dec_deg distance_au ellipse_major_arcsec ellipse_minor_arcsec ellipse_angle_deg motion_ra_arcsec_per_min",
  "motion_dec_arcsec_per_min sun_elongation_deg altitude_deg magnitude relative_sigma_after hindrance observable_hours",
  "sun_altitude_deg moon_separation_deg moon_illumination",
].flatMap((words) => words.split(" "));
const OBSERVATION = [
  "id observed_at ra_deg dec_deg station sigma_ra_arcsec sigma_dec_arcsec result_state distance_au distance_sigma_au",
  "distance_low_au distance_high_au heliocentric_distance_au residual_ra_arcsec residual_dec_arcsec used",
].flatMap((words) => words.split(" "));
const ORBIT = [
  "epoch_mjd_tdb a_au e i_deg node_deg peri_deg mean_anomaly_deg sigma_a_au sigma_e sigma_i_deg sigma_node_deg",
  "sigma_peri_deg sigma_mean_anomaly_deg rms_arcsec chi2_reduced arc_days night_count q_au period_years orbit_class",
  "moid_au uncertainty_u h_magnitude",
].flatMap((words) => words.split(" "));

describe("what main_api was recorded to answer", () => {
  it.each([
    ["a row that waits", samples.rowFormed, ROW],
    ["a completed row", samples.rowCompleted, ROW],
    ["a row of the list", list.results[0], ROW],
    ["a completed request", samples.detailCompleted, DETAIL],
    ["a draft", samples.detailDraft, DETAIL],
    ["an orbit", samples.detailCompleted.orbit, ORBIT],
    ["an alternative", samples.detailCompleted.alternatives[0], ["weight", "distance_au", "orbit"]],
    ["what to do next", samples.detailCompleted.follow_up, FOLLOW_UP],
    ["a coming night", samples.detailCompleted.follow_up.nights[0], NIGHT],
    ["a reported observation", samples.detailCompleted.observations[0], OBSERVATION],
    ["a new observation", observation, OBSERVATION.slice(0, 5)],
    ["a history entry", samples.detailCompleted.history[0], ["at", "actor", "action", "note"]],
    ["the list", list, ["count", "next", "previous", "results"]],
    ["a station", stations.results[0], ["code", "name"]],
    ["the user", me, ["id", "username", "role"]],
  ])("has in %s every field that the screens read", (_, sample, fields) =>
    expect(Object.keys(sample ?? {})).toEqual(expect.arrayContaining(fields)),
  );

  it("waits for the calculation of a row that was just completed, and of no other", () => {
    const state = (row: { status: string; calculation_state: string | null }) =>
      isRunning(row as Parameters<typeof isRunning>[0]);
    expect(state(samples.rowCompleted)).toBe(true);
    expect(state(samples.rowFormed)).toBe(false);
    expect(state(samples.detailCompleted)).toBe(false);
  });
});
