import { render, screen } from "@testing-library/react";
import { MantineProvider } from "@mantine/core";
import { expect, it, vi } from "vitest";
import { LanguageProvider } from "@/i18n/language.tsx";
import { samples } from "@/testing/samples.ts";
import Charts from "./charts.tsx";

const [row] = samples.detailCompleted.observations;

it.each([1, 2])("a single moment has a place of its own on the axis of time, observed %d times", (count) => {
  const complaints = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const measured = { ...row, residual_ra_arcsec: 0.5, residual_dec_arcsec: -0.5, distance_au: 2.7 };
  render(
    <MantineProvider env="test">
      <LanguageProvider>
        <Charts observations={Array.from({ length: count }, () => measured) as never} />
      </LanguageProvider>
    </MantineProvider>,
  );
  expect(screen.getAllByRole("figure")).toHaveLength(2);
  expect(complaints.mock.calls.map((call) => call.slice(0, 2).join(" "))).toEqual([]);
});
