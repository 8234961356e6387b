import { Pagination } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";

/** The way to the other pages of a list; nothing when there is one. */
export function Pages({ count, page, onPage }: { count: number; page: number; onPage: (page: number) => void }) {
  const text = useText();
  if (count <= 1) return null;
  return (
    <Pagination
      mx="auto"
      aria-label={text.list.pages}
      total={count}
      value={page}
      onChange={onPage}
      getControlProps={(control) => ({
        "aria-label": control === "previous" ? text.list.previousPage : text.list.nextPage,
      })}
    />
  );
}
