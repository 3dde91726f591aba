import { withDecimals } from "@/lib/count";
import { readerOf } from "@/lib/sentence-reader";
import { m } from "@messages/said";

/** What the API has said in a sentence, in the language of the page; as it was said where that is not known. */
export const said = readerOf(m.sentences, withDecimals);
