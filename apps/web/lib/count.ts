import { countLimit } from "@mosaic/contracts/paging";

const format = new Intl.NumberFormat();

/** A count as the API gives it: beyond its limit it says only that there are more. */
export const formatCount = (count: number): string =>
  count > countLimit ? `more than ${format.format(countLimit)}` : format.format(count);
