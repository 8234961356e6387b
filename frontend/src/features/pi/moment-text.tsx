import { useText } from "@/i18n/language.tsx";
import classes from "./pi.module.css";

/** `20 Nov 2026, 21:24:05 UTC` */
export function MomentText({ moment }: { moment: string }) {
  const text = useText();
  const format = new Intl.DateTimeFormat(text.locale, { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });
  return (
    <time dateTime={moment} className={classes.nowrap}>
      {format.format(new Date(moment))} UTC
    </time>
  );
}
