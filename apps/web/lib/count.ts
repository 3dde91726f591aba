import { countLimit } from "@mosaic/contracts/paging";
import { locale } from "@/lib/language";
import { m } from "@messages/format";

export const formatNumber = (value: number): string => new Intl.NumberFormat(locale()).format(value);

/** A count as the API gives it: beyond its limit it says only that there are more. */
export const formatCount = (count: number): string => (count > countLimit ? m.moreThan(formatNumber(countLimit)) : formatNumber(count));
