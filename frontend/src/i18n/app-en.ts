import { pluralEn } from "./plural.ts";
/** The frame of every page, and signing in. */
export const appEn = {
  name: "AstroDist",
  skipToContent: "Skip to content",
  requests: "Requests",
  navigation: "Pages",
  home: "AstroDist, to the requests",
  toLight: "Use light colours",
  toDark: "Use dark colours",
  language: "Language",
  notFoundTitle: "There is nothing at this address",
  notFoundText: "The link may be old or mistyped.",
  toRequests: "To the requests",
  crashTitle: "This page stopped working",
  crashText: "It is a fault of ours. Loading it again usually helps; nothing you saved is lost.",
  reload: "Load again",
};

export const commonEn = {
  retry: "Try again",
  cancel: "Cancel",
  save: "Save",
  edit: "Edit",
  delete: "Delete",
  close: "Close",
  loading: "Loading…",
  optional: "optional",
  none: "—",
  failed: "That did not work",
  offline: "The server cannot be reached",
  tryAgainIn: (seconds: number) =>
    seconds < 120
      ? `Try again in ${seconds} ${pluralEn(seconds, "second", "seconds")}.`
      : `Try again in ${Math.ceil(seconds / 60)} minutes.`,
};

export const ageEn = {
  fresh: "Up to date",
  seconds: (count: number) => `Updated ${count} s ago`,
  minutes: (count: number) => `Updated ${count} min ago`,
  failing: "Cannot be refreshed",
  tooltip: "How old the data on this page is. It refreshes by itself.",
  refresh: "Refresh now",
};

export const sessionEn = {
  signIn: "Sign in",
  signOut: "Sign out",
  register: "Create an account",
  registerTitle: "Create an account",
  signInTitle: "Sign in to AstroDist",
  username: "Username",
  password: "Password",
  passwordHint: "At least 8 characters, not only digits.",
  /** What a new name or password has to be; where it is not said, the server's own words are shown. */
  format: {} as { username?: string; password?: string },
  showCharacters: "Show the characters",
  noAccount: "No account yet?",
  haveAccount: "Have an account?",
  expired: "Your session has ended. Sign in again to continue where you were.",
  required: "Please fill this in.",
  role: { observer: "Observer", moderator: "Moderator" },
  promise: "Send measured positions of an asteroid. Learn how far away it was at each of them, and how surely.",
  steps: [
    "Enter positions from three nights or more",
    "A moderator approves the request",
    "Read distances and the orbit, each with its uncertainty",
  ],
};
