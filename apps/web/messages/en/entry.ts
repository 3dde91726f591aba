export const m = {
  loading: "Loading",
  mosaicIsNotAnswering: "Mosaic is not answering",
  tryAgain: "Try again",
};
