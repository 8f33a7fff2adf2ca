import { useId } from "react";
import type { ListFilter } from "../lists/records";
import { Input } from "../ui/field";
import type { SetFilter } from "./use-url-filter";

interface DayRangeProps {
  /** What happened in the range, as in "Created". */
  readonly name: string;
  readonly filter: Pick<ListFilter, "from" | "to">;
  readonly setFilter: SetFilter;
}

/** The first and the last day, both included. */
export const DayRange = ({ name, filter: { from, to }, setFilter }: DayRangeProps) => (
  <div className="col-span-2 grid grid-cols-2 gap-2 sm:flex">
    <Day label={`${name} from`} value={from} max={to} onChange={(day) => setFilter({ from: day })} />
    <Day label="to" value={to} min={from} onChange={(day) => setFilter({ to: day })} />
  </div>
);

interface DayProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly min?: string | undefined;
  readonly max?: string | undefined;
  readonly onChange: (day: string) => void;
}

const Day = ({ label, value = "", min, max, onChange }: DayProps) => {
  const id = useId();
  return (
    <div className="flex min-w-0 items-center gap-2 max-sm:flex-col max-sm:items-start max-sm:gap-0.5">
      <label htmlFor={id} className="whitespace-nowrap text-ink-soft">
        {label}
      </label>
      <Input
        id={id}
        type="date"
        value={value}
        min={min}
        max={max}
        onChange={(event) => onChange(event.target.value)}
        className="sm:w-36"
      />
    </div>
  );
};
