const windowMs = 60_000;
const guessesAnAddress = 10;
/** Below what the API lets through of one address, this server's, so that guesses take nobody's calls away there. */
const guessesOfAll = 300;

/** Counts wrong keys by address, so that nobody's guesses keep another out, and all of them together. */
export interface GuessLimit {
  /** Counts a guess as wrong until it is forgiven; otherwise the seconds to wait before the next one. */
  attempt(network: string): { readonly retryAfter: number } | { readonly forgive: () => void };
}

export const createGuessLimit = (now: () => number = Date.now): GuessLimit => {
  let guesses: { readonly at: number; readonly network: string }[] = [];
  return {
    attempt(network) {
      guesses = guesses.filter(({ at }) => at > now() - windowMs);
      const own = guesses.filter((guess) => guess.network === network);
      const oldest = [own.at(-guessesAnAddress), guesses.at(-guessesOfAll)].find((guess) => guess);
      if (oldest) return { retryAfter: Math.ceil((oldest.at + windowMs - now()) / 1_000) };
      // Counted before it is judged, so that many at once are no way around the limit.
      const guess = { at: now(), network };
      guesses.push(guess);
      return {
        forgive: () => {
          guesses = guesses.filter((other) => other !== guess);
        },
      };
    },
  };
};
