import type { Activity } from "../lists/records";
import { Select } from "../ui/field";

/** Completes the phrase "5 sessions …". */
export const activityPhrase: Readonly<Record<Activity, string>> = {
  replying: "that are writing now",
  listened: "that have listeners",
};

interface ActivitySelectProps {
  readonly activity: Activity | undefined;
  readonly onChange: (activity: string) => void;
}

export const ActivitySelect = ({ activity, onChange }: ActivitySelectProps) => (
  <Select
    aria-label="Activity"
    value={activity ?? ""}
    onChange={(event) => onChange(event.target.value)}
    className="sm:w-40"
  >
    <option value="">Any activity</option>
    <option value="replying">Writing now</option>
    <option value="listened">Has listeners</option>
  </Select>
);
