/** SQL that both databases share for replies in flight. Arguments and columns are as in `timeout-rules.ts`. */

/** Adds the usage of a reply to its session, which has none until a model reports some. */
export const addUsage = ["input", "output"]
  .map((kind) => {
    const given = `:${kind}Tokens`;
    const column = `${kind}_tokens`;
    return `${column} = coalesce(${column} + ${given}, ${given}, ${column})`;
  })
  .join(", ");

/** Whether a session has a reply in flight that has not lapsed. */
export const hasPendingReply = (now: string): string =>
  `session_id IN (SELECT session_id FROM replies WHERE held_until > ${now})`;
