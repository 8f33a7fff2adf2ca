import { UsageError } from "./command.js";

const minutesPerUnit: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1_440 };
const longestDays = 36_500;

/** `30m`, `2h` or `7d` in whole minutes; undefined if the option was not given. */
export const durationMinutes = (name: string, value: string | undefined): number | undefined => {
  if (value === undefined) return undefined;
  const [, number = "", unit = ""] = /^(\d{1,9})([mhd])$/.exec(value) ?? [];
  const minutes = Number(number) * (minutesPerUnit[unit] ?? 0);
  if (minutes < 1 || minutes > longestDays * 1_440)
    throw new UsageError(
      `The option --${name} is ${JSON.stringify(value)}; allowed: minutes, hours or days, as 30m, 2h or 7d`,
    );
  return minutes;
};
