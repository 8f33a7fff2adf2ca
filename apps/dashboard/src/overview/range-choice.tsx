import { useId } from "react";

const hourMs = 3_600_000;

export const rangeMs = { "1 hour": hourMs, "6 hours": 6 * hourMs, "24 hours": 24 * hourMs } as const;
export type Range = keyof typeof rangeMs;
const ranges = Object.keys(rangeMs) as Range[];

interface RangeChoiceProps {
  readonly range: Range;
  readonly onChange: (range: Range) => void;
}

export const RangeChoice = ({ range, onChange }: RangeChoiceProps) => {
  const name = useId();
  return (
    <fieldset className="flex rounded-md max-sm:w-full bg-sunken p-0.5 ring-1 ring-line ring-inset">
      <legend className="sr-only">How far back</legend>
      {ranges.map((one) => (
        <label
          key={one}
          className="cursor-pointer rounded-[0.3125rem] px-2 text-center max-sm:flex-1 py-1 text-xs font-medium text-ink-soft has-checked:bg-surface has-checked:text-ink has-checked:shadow-card has-focus-visible:outline-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name={name}
            className="sr-only"
            checked={one === range}
            onChange={() => onChange(one)}
          />
          {one}
        </label>
      ))}
    </fieldset>
  );
};
