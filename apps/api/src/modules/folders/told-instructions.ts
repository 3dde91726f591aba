const heading = "[Instructions of the person for all conversations in this folder. They hold until you are told others.]";
const ending = "[End of the instructions. The person's message follows.]";
const noMore = "[The instructions that you were given for the conversations in a folder hold no more. The person's message follows.]";

/** The person's message with the instructions of its folder before it. Empty ones: those that were told before hold no more. */
export function withInstructions(instructions: string, text: string): string {
  return instructions === "" ? [noMore, text].join("\n\n") : [heading, instructions, ending, text].join("\n\n");
}
