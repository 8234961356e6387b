import { pluralEn } from "./plural.ts";

/** The words of the dialog about one's own account. */
export const accountEn = {
  open: "Account",
  title: (name: string) => `Account ${name}`,
  passwordTitle: "Password",
  current: "Present password",
  next: "New password",
  wrong: "This is not your present password.",
  change: "Change password",
  changed: "The password is changed. Other sessions and all tokens of the account have ended.",
  tokensTitle: "Access tokens",
  tokensText: "Programs sign in with them (POST /api/auth/token). A token that is revoked opens nothing any more.",
  noTokens: "There are none.",
  tokensFailed: "The tokens could not be loaded",
  created: "Created",
  used: "Last used",
  revoke: "Revoke",
  revokeOf: (day: string) => `Revoke the token of ${day}`,
  revokeAll: "Revoke all",
  revoked: (count: number) => `${count} ${pluralEn(count, "token", "tokens")} revoked.`,
};
