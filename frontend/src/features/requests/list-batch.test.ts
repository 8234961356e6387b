import { describe, expect, it } from "vitest";
import { samples } from "@/testing/samples.ts";
import type { DecisionOutcome } from "./change-api.ts";
import { createBatch } from "./list-batch.ts";
import type { RequestRow } from "./types.ts";

const row = (id: number) => ({ ...samples.rowFormed, id }) as RequestRow;
const rows = [1, 2, 3, 4, 5, 6].map(row);
const done = (one: RequestRow, by: string | null = null): DecisionOutcome => ({ kind: "done", row: one, by });
const refused: DecisionOutcome = { kind: "refused", error: new Error("no"), present: null };
const chosen = () => {
  const batch = createBatch();
  batch.select(
    rows.map(({ id }) => id),
    true,
  );
  return batch;
};

describe("a decision about several rows", () => {
  it("counts what was done, what others had done and what was refused, and keeps the refused ticked", async () => {
    const batch = chosen();
    await batch.run("complete", rows, (one) =>
      Promise.resolve(one.id === 2 ? refused : done(one, one.id === 3 ? "maria" : null)),
    );
    const { run, selected, rows: states } = batch.get();
    expect(run).toMatchObject({ total: 6, done: 5, already: 1, state: "ended" });
    expect(run?.refused.map((item) => item.row.id)).toEqual([2]);
    expect([...selected]).toEqual([2]);
    expect([...states.keys()]).toEqual([2]);
  });

  it("has four on their way at once and says which rows wait", async () => {
    const batch = chosen();
    const finish: (() => void)[] = [];
    const running = batch.run("reject", rows, (one) => new Promise((resolve) => finish.push(() => resolve(done(one)))));
    expect([...batch.get().rows.values()]).toEqual([...Array<string>(4).fill("running"), "waiting", "waiting"]);
    while (batch.get().run?.state === "running") {
      finish.shift()?.();
      await Promise.resolve();
      await new Promise((resolve) => setTimeout(resolve));
    }
    await running;
    expect(batch.get().run?.done).toBe(6);
  });

  it("stops when told to: what is on its way is finished, the rest is left and stays ticked", async () => {
    const batch = chosen();
    await batch.run("complete", rows, (one) => {
      batch.stop();
      return Promise.resolve(done(one));
    });
    expect(batch.get().run).toMatchObject({ done: 1, total: 6, state: "ended" });
    expect(batch.get().selected.size).toBe(5);
  });

  it("ends when the session does", async () => {
    const batch = chosen();
    await expect(batch.run("complete", rows, () => Promise.reject(new Error("signed out")))).rejects.toThrow(
      "signed out",
    );
    expect(batch.get().run?.state).toBe("ended");
  });
});
