import { Notifications } from "@mantine/notifications";
import classes from "./layout.module.css";

/** Where messages appear and how long they stay. */
export default function NoticesShown() {
  return (
    <Notifications position="top-center" autoClose={5_000} limit={3} classNames={{ root: classes.notifications }} />
  );
}
