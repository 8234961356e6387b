import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { en } from "@/i18n/en.ts";
import { ru } from "@/i18n/ru.ts";
import { FakeServer } from "@/testing/fake-server.ts";
import { renderApp } from "@/testing/render-app.tsx";
import { samples } from "@/testing/samples.ts";
import { adviceOf, formatAngularSize, formatPart, formatShare, nightsAsText, noteOf } from "./follow-up-text.ts";
import { degrees } from "@/lib/units.ts";
import type { FollowUp, FollowUpNight } from "./types.ts";

const { detailCompleted } = samples;
const PAGE = `/requests/${detailCompleted.id}`;
const DETAIL = `GET /api${PAGE}`;
const followUp = detailCompleted.follow_up as FollowUp;

function show(changes: Partial<FollowUp> | null) {
  const body = { ...detailCompleted, follow_up: changes && { ...followUp, ...changes } };
  new FakeServer().signIn("observer").on(DETAIL, { body });
  return renderApp(PAGE);
}

const nights = () =>
  within(screen.getByRole("table", { name: "The coming nights" }))
    .getAllByRole("row")
    .slice(1);

describe("what next", () => {
  it("says from when to when to observe, and where the object will be", async () => {
    show({});
    expect(
      await screen.findByText("Observe again from 24 Nov 2026, 23:06 UTC by 26 Nov 2026, 23:06 UTC to reach 1 %."),
    ).toBeVisible();
    expect(screen.getByText(followUp.note ?? "")).toBeVisible();
    const cells = within(nights()[0] as HTMLElement).getAllByRole("cell");
    expect(cells.map((cell) => cell.textContent)).toEqual([
      ...["2026-11-20 23:06", "03 38 00.00", "+16 18 00.0", "12.5″ × 3.25″, 71°", "+0.45, −0.22"],
      ...["94°", "13.5°for 6.5 h", "68°, 97 %", "8.4", "2.3100", "1.2 %"],
    ]);
  });

  it("shows a week at first and the rest when asked, the nights near the Sun among them", async () => {
    const user = show({});
    const button = await screen.findByRole("button", { name: "Show all 9 nights" });
    expect(nights()).toHaveLength(7);
    await user.click(button);
    expect(nights()).toHaveLength(9);
    const last = within(nights()[8] as HTMLElement);
    expect(last.getByText("too near the Sun")).toBeVisible();
    expect(last.getAllByRole("cell")[8]).toHaveTextContent("—");
    expect(screen.getAllByText("too near the Sun")).toHaveLength(1);
    await user.click(screen.getByRole("button", { name: "Show fewer nights" }));
    expect(nights()).toHaveLength(7);
  });

  it.each([
    ["LOW", "too low in the dark"],
    ["NO_DARKNESS", "does not get dark"],
    ["NEAR_MOON", "beside the Moon"],
  ])("says why a night will not do: %s", async (hindrance, words) => {
    const [night] = followUp.nights as [FollowUpNight];
    show({ nights: [{ ...night, hindrance, observable_hours: 0 }] });
    expect(await screen.findByText(words)).toBeVisible();
    expect(screen.queryByText("for 0.0 h")).toBeNull();
  });

  it("knows of nights that were stored without reasons those near the Sun, and no Moon", async () => {
    const [night] = followUp.nights as [FollowUpNight];
    expect([night.hindrance, night.moon_separation_deg, night.moon_illumination]).toEqual(["", 68, 0.97]);
    const unknown = { moon_separation_deg: null, moon_illumination: null, observable_hours: null };
    show({ nights: [{ ...night, ...unknown, sun_elongation_deg: degrees(20) }] });
    expect(await screen.findByText("too near the Sun")).toBeVisible();
    expect(within(nights()[0] as HTMLElement).getAllByRole("cell")[7]).toHaveTextContent("—");
  });

  it("copies the advice and all nights", async () => {
    const user = show({});
    await user.click(await screen.findByRole("button", { name: "Copy" }));
    expect(await screen.findByText("Copied")).toBeVisible();
    const copied = await navigator.clipboard.readText();
    expect(copied).toContain("Observe again from 24 Nov 2026");
    expect(copied.split("\n")).toHaveLength(2 + 1 + followUp.nights.length);
  });

  it("gives the reason when there are no nights", async () => {
    show({ nights: [], note: "Uncertain by 20 degrees." });
    expect(await screen.findByText("No nights can be given")).toBeVisible();
    expect(screen.getByText("Uncertain by 20 degrees.")).toBeVisible();
    expect(screen.queryByRole("table", { name: "The coming nights" })).toBeNull();
  });

  it("says its remarks in the reader's language, and as the server does where it has no words for one", () => {
    expect(noteOf(ru, { ...followUp, remarks: ["NEAR_SUN", "OBSERVE_EARLIER"] })).toEqual({
      note: expect.stringMatching(/^Во все эти ночи .* Эллипс перерастёт/) as string,
      lang: undefined,
    });
    expect(noteOf(ru, { ...followUp, remarks: ["LOST"], lost_within_deg: degrees(20.4) }).note).toContain("— 20°:");
    expect(noteOf(ru, { ...followUp, remarks: ["LOST"], lost_within_deg: null }).note).toContain("почти всё небо");
    const low = { ...followUp, remarks: ["LOW", "OBSERVABLE_LATER"], highest_altitude_deg: degrees(18.6) };
    expect(noteOf(ru, { ...low, observable_from: "2027-02-03T01:10:00Z" }).note).toMatch(/высота — 19°\. .* с 3 февр/);
    expect(noteOf(ru, { ...followUp, remarks: ["NEAR_SUN", "NEW_WORD"] })).toEqual({ note: followUp.note, lang: "en" });
    expect(noteOf(ru, { ...followUp, remarks: [] }).note).toBe(followUp.note);
    expect(noteOf(en, followUp).note).toBe(followUp.note);
  });

  it("is absent until a calculation has worked it out", async () => {
    show(null);
    expect(await screen.findByText(detailCompleted.verdict_reason)).toBeVisible();
    expect(screen.queryByText("What next?")).toBeNull();
  });

  it("stands beside what else is known of the orbit", async () => {
    show({});
    await screen.findByText("What next?");
    expect(screen.getByText("MOID to Earth's orbit").nextSibling).toHaveTextContent("1.5877 au");
    expect(screen.getByText("Uncertainty U").nextSibling).toHaveTextContent("7");
    expect(screen.getByText("Absolute magnitude H").nextSibling).toHaveTextContent("3.3");
  });
});

describe("the advice", () => {
  const [from, by] = ["2026-11-24T23:06:34Z", "2026-11-26T23:06:34Z"];
  const day = (moment: string) => `${moment.slice(8, 10)} Nov 2026, 23:06 UTC`;
  it.each([
    [0.016, from, by, `Observe again from ${day(from)} by ${day(by)} to reach 1 %.`],
    [0.016, from, null, `Observe again from ${day(from)} on to reach 1 %.`],
    [0.016, by, from, `Observe again by ${day(from)}, while the object can be found; 1 % needs one more night, from `],
    [0.016, null, by, `Observe again by ${day(by)}, while the object can be found.`],
    [0.004, null, by, `The distance is known to 0.40 % already. The object can be found in a usual field until `],
    [0.004, null, null, "The distance is known to 0.40 % already."],
    [0.5, null, null, null],
  ])("for a sigma of %s, from %s and by %s is in words", (sigma, observeFrom, observeBy, words) => {
    const advice = adviceOf(en, {
      ...followUp,
      relative_sigma: sigma,
      observe_from: observeFrom,
      observe_by: observeBy,
    });
    if (words === null) expect(advice).toBeNull();
    else expect(advice?.startsWith(words)).toBe(true);
  });
});

describe("the figures of a night", () => {
  it.each([
    [0.183, "0.18″"],
    [12.5, "12.5″"],
    [90, "1.50′"],
    [1800, "30.0′"],
    [5400, "1.50°"],
  ])("writes %s arcseconds as %s", (size, words) => expect(formatAngularSize(size, "en-GB")).toBe(words));

  it.each([
    [0.25, "25 %"],
    [0.012, "1.2 %"],
    [0.0996, "10 %"],
    [0.00012, "0.012 %"],
    [0, "0 %"],
  ])("writes a share of %s as %s", (share, words) => expect(formatShare(share, "en-GB")).toBe(words));

  it.each([
    [1, "100 %"],
    [0.9996, "> 99 %"],
    [1e-7, "< 0.00010 %"],
    [1.1e-16, "< 0.00010 %"],
    [0, "0 %"],
  ])("writes the part %s of a whole as %s", (part, words) => expect(formatPart(part, "en-GB")).toBe(words));

  it("leaves empty in the copied text what is not known", () => {
    const night = { ...(followUp.nights[0] as FollowUpNight), altitude_deg: null, magnitude: null };
    delete night.observable_hours;
    const [heading, row] = nightsAsText([night]).split("\n");
    expect(row?.split("\t")).toHaveLength(heading?.split("\t").length ?? 0);
    expect(row).toContain("\t93.5\t\t\t0.012\t\t-42.0\t68\t0.97\t");
  });
});
