/** Lets a query, or a connection that closes, go on by itself: what goes wrong shows in its own state. */
export const inBackground = (work: Promise<unknown>): void => {
  work.catch(() => {});
};
