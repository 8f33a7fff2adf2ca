const windowMs = 60_000;
const guessesAnAddress = 10;
/** Less than the API's rate limit for this server's address, so that guesses don't use up the calls of others. */
const guessesOfAll = 300;

/** Limits wrong keys per minute, by network and in total. */
export interface GuessLimit {
  /** Counts a guess as wrong until `forgive` is called. Over the limit: the seconds to wait before the next one. */
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
      // Counted before the key is checked, so that concurrent guesses can't pass the limit.
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
