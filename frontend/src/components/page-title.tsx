import { useEffect } from "react";
import { Title, type TitleProps } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";

interface PageTitleProps extends Omit<TitleProps, "order" | "children"> {
  children: string;
  /** What the browser's tab says, where the heading alone would not tell pages apart. */
  tab?: string;
}

/** The heading of a page, which the browser's tab bears as well. */
export function PageTitle({ children, tab = children, ...look }: PageTitleProps) {
  const { name } = useText().app;
  useEffect(() => {
    document.title = `${tab} · ${name}`;
    // Mantine's useDocumentTitle would leave it to the next page while that one loads.
    return () => {
      document.title = name;
    };
  }, [tab, name]);
  return (
    <Title order={1} {...look}>
      {children}
    </Title>
  );
}
