import { Input } from "../../ui/field";

interface MinutesInputProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** The id of the text that says what is wrong with the value, if something is. */
  readonly problemId: string | undefined;
}

export const MinutesInput = ({ id, label, value, onChange, problemId }: MinutesInputProps) => (
  <div className="flex items-center justify-between gap-3">
    <label htmlFor={id} className="text-ink-soft">
      {label}
    </label>
    <span className="flex items-center gap-2">
      <Input
        id={id}
        type="number"
        inputMode="numeric"
        min={1}
        required
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={problemId !== undefined || undefined}
        aria-describedby={problemId}
        className="h-8 w-20 text-right tabular-nums"
      />
      <span className="w-7 text-xs text-ink-faint">min</span>
    </span>
  </div>
);
