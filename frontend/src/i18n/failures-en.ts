/** What went wrong, by the stable word of the server. It speaks English: words only for what it says to the authors of
 * clients rather than to people. */
export const failuresEn = {
  UNREACHABLE: "The server cannot be reached. Check the connection and try again.",
  INVALID_INPUT: "Not everything was accepted, and nothing was saved.",
  BODY_TOO_LARGE: "That is more than the server takes at once.",
  INTERNAL: "It is a fault of ours. Try again later.",
  UNAVAILABLE: "The service is not available now. Try again later.",
  NOT_SIGNED_IN: "Sign in first.",
  CROSS_SITE: "The call came from another address. Open the portal anew.",
  STATION_WITHOUT_POSITION: "This station has no fixed place, so its observations cannot be used here.",
} as Partial<Record<string, string>>;
