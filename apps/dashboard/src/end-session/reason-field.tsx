import { useId } from "react";
import { Field, TextArea } from "../ui/field";

// The API refuses a longer one.
const longestReason = 200;

interface ReasonFieldProps {
  readonly value: string;
  readonly onChange: (reason: string) => void;
}

/** Why, in a few words; Enter sends the form, as in a field of one line. */
export const ReasonField = ({ value, onChange }: ReasonFieldProps) => {
  const id = useId();
  return (
    <div className="mt-4">
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
