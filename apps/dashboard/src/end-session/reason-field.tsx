import { useId, useState } from "react";
import { Field, TextArea } from "../ui/field";
import { recentReasons } from "./recent-reasons";

// The API refuses a longer one.
const longestReason = 200;

interface ReasonFieldProps {
  readonly value: string;
  readonly onChange: (reason: string) => void;
}

/** Why, in a few words; Enter sends the form, as in a field of one line. */
export const ReasonField = ({ value, onChange }: ReasonFieldProps) => {
  const id = useId();
  const [recent] = useState(recentReasons);
  return (
    <div className="mt-4">
      {recent.length > 0 && (
        <fieldset aria-label="Reasons used before" className="mb-3 flex flex-wrap gap-1.5">
          {recent.map((reason) => (
            <button
              key={reason}
              type="button"
              onClick={() => onChange(reason)}
              className="h-7 max-w-full truncate rounded-full border border-line bg-sunken px-2.5 text-xs text-ink-soft hover:border-line-strong hover:text-ink"
            >
              {reason}
            </button>
          ))}
        </fieldset>
      )}
      <Field id={id} label="Reason" hint="Optional. Sent to the listeners and kept with the ending.">
        <TextArea
          id={id}
          aria-describedby={`${id}-hint`}
          maxLength={longestReason}
          rows={2}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }}
        />
      </Field>
    </div>
  );
};
