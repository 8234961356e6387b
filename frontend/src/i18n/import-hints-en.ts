/** What a hint may use: its severity, the offending text, and the server's own words, which are English. */
export interface ProblemWords {
  severity: "error" | "warning";
  text: string;
  hint: string;
}

/** English is what the server says itself, but for what it says to the authors of clients. */
export const importHintsEn: Partial<Record<string, (problem: ProblemWords) => string>> = {
  MIXED_OBJECTS: ({ text }) => `A request is about one object: choose one of ${text}, or split the file.`,
};
