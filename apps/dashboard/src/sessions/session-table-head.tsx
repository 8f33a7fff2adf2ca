import { ShortName } from "../ui/short-name";
import { headings, rowGrid } from "./session-columns";

interface SessionTableHeadProps {
  readonly count: number;
  readonly chosenCount: number;
  readonly onChooseAll: (isChosen: boolean) => void;
}

export const SessionTableHead = ({ count, chosenCount, onChooseAll }: SessionTableHeadProps) => (
  <thead className="block border-b border-line text-xs text-ink-faint">
    <tr className={`${rowGrid} h-10`}>
      <th scope="col" className="font-medium max-md:col-span-2">
        <label className="flex items-center gap-3">
          <input
            type="checkbox"
            className="block size-4 shrink-0"
            checked={chosenCount === count}
            ref={(box) => {
              if (box) box.indeterminate = chosenCount > 0 && chosenCount < count;
            }}
            onChange={(event) => onChooseAll(event.target.checked)}
          />
          <span className="md:sr-only">Select all</span>
        </label>
      </th>
      {headings.map((heading) => (
        <th
          key={heading.name}
          scope="col"
          className={`font-medium max-md:sr-only ${heading.name === "Session" ? "" : heading.className}`}
        >
          {"short" in heading ? <ShortName name={heading.name} short={heading.short} /> : heading.name}
        </th>
      ))}
      <th scope="col" className="font-medium">
        <span className="sr-only">Actions</span>
      </th>
    </tr>
  </thead>
);
