import type { Message } from "../../lists/records";

type Usage = NonNullable<Message["usage"]>;

/** For display behind the word "Tokens". */
export const tokenCounts = ({ inputTokens, outputTokens }: Usage): string =>
  `${inputTokens.toLocaleString()} in, ${outputTokens.toLocaleString()} out`;

/** For display where nothing else says that it counts tokens. */
export const describeTokens = ({ inputTokens, outputTokens }: Usage): string =>
  `${inputTokens.toLocaleString()} token${inputTokens === 1 ? "" : "s"} in, ${outputTokens.toLocaleString()} out`;
