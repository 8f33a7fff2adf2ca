const windowMs = 60_000;
const guessesAWindow = 10;

/**
 * Counts wrong keys of all callers together: behind one proxy they share an address, and a header that names another
 * can be made up.
 */
export interface GuessLimit {
  /** Counts a guess as wrong until it is forgiven; otherwise the seconds to wait before the next one. */
  attempt(): { readonly retryAfter: number } | { readonly forgive: () => void };
}

export const createGuessLimit = (now: () => number = Date.now): GuessLimit => {
  let guesses: { readonly at: number }[] = [];
  return {
    attempt() {
      guesses = guesses.filter(({ at }) => at > now() - windowMs);
      const oldest = guesses.at(-guessesAWindow);
      if (oldest) return { retryAfter: Math.ceil((oldest.at + windowMs - now()) / 1_000) };
      // Counted before it is judged, so that many at once are no way around the limit.
      const guess = { at: now() };
      guesses.push(guess);
      return {
        forgive: () => {
          guesses = guesses.filter((other) => other !== guess);
        },
      };
    },
  };
};
