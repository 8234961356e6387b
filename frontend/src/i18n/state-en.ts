/** States of a request and of its calculation, and verdicts. */
export const statusEn = {
  DRAFT: "Draft",
  FORMED: "Formed",
  COMPLETED: "Completed",
  REJECTED: "Rejected",
  DELETED: "Deleted",
};

export const verdictEn = { DETERMINED: "Determined", WEAK: "Weak", NOT_DETERMINED: "Not determined" };

export const verdictMeaningEn = {
  DETERMINED: "Every distance is known to 1 % or better.",
  WEAK: "The distances are known to 20 % or better, but not to 1 %.",
  NOT_DETERMINED: "The observations do not fix the distance.",
};

export const calculationEn = {
  SCHEDULED: "Waiting to start",
  RUNNING: "Calculating",
  SUCCEEDED: "Calculated",
  FAILED: "Failed",
  CANCELLED: "Cancelled",
  none: "Not calculated yet",
  title: "Calculation",
  startsIn: (seconds: number) => `Starts in ${seconds} s`,
  startsNow: "Starts as soon as a worker is free",
  delivering: "Finished; the result is being recorded",
  live: "Live",
  connecting: "Connecting…",
  lost: "The live line is cut: asking every two seconds instead.",
  progress: "Progress of the calculation",
  failedTitle: "The calculation failed",
  failedHint: "The observations are kept. A moderator can calculate again.",
  cancelledTitle: "The calculation was cancelled",
};
