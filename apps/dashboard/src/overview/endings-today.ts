import type { Lifetimes } from "../lifetimes/lifetimes";
import { midnight } from "../lifetimes/use-lifetimes";
import type { Ending } from "../lists/records";

interface EndingsToday {
  /** Undefined until the data is loaded and the API's time is known. */
  readonly endings: readonly Pick<Ending, "cause" | "endedAt">[] | undefined;
  /** The data does not reach back to midnight. */
  readonly isPart: boolean;
}

/** The sessions that have ended since midnight. `now`: the API's time, ms. */
export const endingsToday = (lifetimes: Lifetimes | undefined, now: number | null): EndingsToday => {
  if (!lifetimes || now === null) return { endings: undefined, isPart: false };
  const dayBegan = midnight(now);
  return {
    endings: [...lifetimes.gone.values()].filter(({ endedAt }) => Date.parse(endedAt) >= dayBegan),
    isPart: lifetimes.knownFrom > dayBegan,
  };
};
