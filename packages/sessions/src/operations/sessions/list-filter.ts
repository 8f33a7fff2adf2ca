import type { ListFilter } from "../../ports/index.js";
import type { Inputs } from "../../schemas/index.js";
import { queryWords } from "../../search/words.js";

type Given = Pick<Inputs["listSessions"], "agentId" | "userId" | "search" | "q" | "from" | "to">;

const toTime = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : Date.parse(time);

/** The filters that all lists have, as the store takes them. */
export const toListFilter = ({ agentId, userId, search, q, from, to }: Given): ListFilter => ({
  agentId,
  userId,
  search,
  words: queryWords(q),
  from: toTime(from),
  to: toTime(to),
});
