/** Ignores a rejection: queries and connections report failures in their own state. */
export const inBackground = (work: Promise<unknown>): void => {
  work.catch(() => {});
};
