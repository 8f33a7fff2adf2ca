import { Select } from "../ui/field";

interface SortSelectProps {
  readonly sort: "createdAt" | "expiresAt" | undefined;
  readonly onChange: (sort: string | undefined) => void;
}

export const SortSelect = ({ sort, onChange }: SortSelectProps) => (
  <Select
    aria-label="Sort"
    value={sort ?? ""}
    onChange={(event) => onChange(event.target.value || undefined)}
    className="sm:w-40"
  >
    <option value="">Newest first</option>
    <option value="expiresAt">Least time left</option>
  </Select>
);
