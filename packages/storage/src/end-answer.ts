import type { EndingCounts, EndOutcome } from "@adjourn/sessions";
import { type EndingColumns, toEndingRecord } from "./rows.js";

/** An ending with what its key keeps as the first answer's counts. */
export interface RepeatedEndColumns extends EndingColumns {
  readonly answer: string | null;
}

/** Of an end's answer only the counts have to be kept; the rest of it is in the ending. */
export const toEndAnswer = (counts: EndingCounts | null): string | null =>
  counts && JSON.stringify([counts.listenersDropped, counts.operationsAborted]);

export const readEndAnswer = (answer: string): EndingCounts => {
  const [listenersDropped, operationsAborted] = JSON.parse(answer) as [number, number];
  return { listenersDropped, operationsAborted };
};

export const toRepeated = ({ answer, ...row }: RepeatedEndColumns): EndOutcome => ({
  outcome: "repeated",
  ending: toEndingRecord(row),
  counts: answer === null ? null : readEndAnswer(answer),
});
