export const m = {
  health: "Health",
  whatMosaicNeedsToWork: "What Mosaic needs to work, checked now.",
  checking: "Checking",
  checkAgain: "Check again",
  checked: (time: string) => `Checked ${time}`,
  somethingDoesNotWork: "Something does not work",
  whatToDoStandsWith: "Each failing check says what to do.",
  itWorksWithAReservation: "It works, with a warning",
  readWhatTheWarningBelow: "Read the warning below.",
  everythingWorks: "Everything works",
};
