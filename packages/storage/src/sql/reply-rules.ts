/** SQL that both databases share for replies in flight. Arguments and columns are as in `timeout-rules.ts`. */

/** Adds the usage of a reply to its session, which has none until a model reports some. */
export const addUsage = ["input", "output"]
  .map((kind) => {
    const given = `:${kind}Tokens`;
    const column = `${kind}_tokens`;
    return `${column} = coalesce(${column} + ${given}, ${given}, ${column})`;
  })
  .join(", ");
