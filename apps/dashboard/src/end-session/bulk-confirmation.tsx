import { useId } from "react";
import { Field, Input } from "../ui/field";

/** Up to this many sessions end at a click. */
export const mostWithoutTyping = 100;

interface TypedConfirmationProps {
  readonly count: number;
  readonly value: string;
  readonly onChange: (typed: string) => void;
}

/** Whoever ends this many types their number, so that it is read. */
export const TypedConfirmation = ({ count, value, onChange }: TypedConfirmationProps) => {
  const id = useId();
  return (
    <div className="mt-4">
      <Field id={id} label={`Type ${count} to confirm`}>
        <Input
          id={id}
          inputMode="numeric"
          autoComplete="off"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      </Field>
    </div>
  );
};

/** How many of the sessions have been dealt with. */
export const BulkProgressBar = ({ done, count }: { readonly done: number; readonly count: number }) => (
  <div className="mt-4">
    <progress
      aria-label="Ending"
      max={count}
      value={done}
      className="block h-1.5 w-full overflow-hidden rounded-full [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-danger-strong"
    />
    <p className="mt-1.5 text-xs text-ink-soft tabular-nums">
      {done.toLocaleString()} of {count.toLocaleString()}
    </p>
  </div>
);
