/** Where a day is typed or chosen. */
export const daysEn = {
  placeholder: "dd mon yyyy",
  unreadable: "No such day",
  reversed: "Before the first day",
  clear: (field: string) => `${field}: clear`,
  choose: (field: string) => `${field}: choose in a calendar`,
  steps: {
    nextMonth: "Next month",
    previousMonth: "Previous month",
    nextYear: "Next year",
    previousYear: "Previous year",
    nextDecade: "Next ten years",
    previousDecade: "Ten years before",
  },
};
