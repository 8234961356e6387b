import { useText } from "@/i18n/language.tsx";

/** Stands where a table has nothing to tell. */
export function None() {
  const text = useText();
  return <span style={{ color: "var(--mantine-color-dimmed)" }}>{text.common.none}</span>;
}
