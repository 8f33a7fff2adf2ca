const windowMs = 60_000;
const guessesAnAddress = 10;
/** Less than the API's rate limit for this server's address, so that guesses don't use up the calls of others. */
const guessesOfAll = 300;

/** Limits wrong keys per minute, by network and in total. */
export interface GuessLimit {
  /** Counts a guess as wrong until `forgive` is called. Over the limit: the seconds to wait before the next one. */
  attempt(network: string): { readonly retryAfter: number } | { readonly forgive: () => void };
  /** Seconds until the network may guess again; null if it may now. Counts nothing. */
  lockedSeconds(network: string): number | null;
}

export const createGuessLimit = (now: () => number = Date.now): GuessLimit => {
  let guesses: { readonly at: number; readonly network: string }[] = [];
  const lockedSeconds = (network: string): number | null => {
    guesses = guesses.filter(({ at }) => at > now() - windowMs);
    const own = guesses.filter((guess) => guess.network === network);
    const oldest = [own.at(-guessesAnAddress), guesses.at(-guessesOfAll)].filter((guess) => guess);
    if (oldest.length === 0) return null;
    const lockedUntil = Math.max(...oldest.map((guess) => (guess?.at ?? 0) + windowMs));
    return Math.ceil((lockedUntil - now()) / 1_000);
  };
  return {
    lockedSeconds,
    attempt(network) {
      const retryAfter = lockedSeconds(network);
      if (retryAfter !== null) return { retryAfter };
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

// Next loads this module once for the pages and once for the routes, so the limit is kept on globalThis.
const ofProcessKey = Symbol.for("adjourn.dashboard.guess-limit");
const ofProcess: typeof globalThis & { [ofProcessKey]?: GuessLimit } = globalThis;

/** The limit of this process, which the route counts with and the login page reads. */
export const guessLimit = (): GuessLimit => {
  ofProcess[ofProcessKey] ??= createGuessLimit();
  return ofProcess[ofProcessKey];
};
