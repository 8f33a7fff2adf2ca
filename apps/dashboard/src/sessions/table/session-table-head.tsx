import { fieldClass, figures, headings, rowGrid } from "./session-columns";

interface SessionTableHeadProps {
  readonly count: number;
  readonly chosenCount: number;
  /** The chosen fields of the metadata. */
  readonly fields: readonly string[];
  readonly onChooseAll: (isChosen: boolean) => void;
}

const columnHead = "truncate font-medium max-md:sr-only";

export const SessionTableHead = ({ count, chosenCount, fields, onChooseAll }: SessionTableHeadProps) => (
  <thead className="sticky top-14 z-10 block rounded-t-lg border-b border-line bg-surface text-xs text-ink-faint lg:top-0">
    <tr className={`${rowGrid} h-9`}>
      <th scope="col" className="font-medium max-md:col-span-2">
        <label className="flex min-h-6 items-center gap-2">
          <input
            type="checkbox"
            className="block size-6 shrink-0 p-1 md:size-4"
            checked={count > 0 && chosenCount === count}
            ref={(box) => {
              if (box) box.indeterminate = chosenCount > 0 && chosenCount < count;
            }}
            onChange={(event) => onChooseAll(event.target.checked)}
          />
          <span className="md:sr-only">Select all</span>
        </label>
      </th>
      {headings.map(({ name, className }) => (
        <th key={name} scope="col" className={`${columnHead} ${className}`}>
          {name}
        </th>
      ))}
      {fields.map((field, index) => (
        <th
          key={`metadata ${field}`}
          scope="col"
          title={field}
          className={`${columnHead} ${fieldClass(index)}`}
        >
          {field}
        </th>
      ))}
      {figures.map((figure) => (
        <th key={figure.name} scope="col" className={`${columnHead} ${figure.className}`}>
          {"short" in figure ? <abbr title={figure.name}>{figure.short}</abbr> : figure.name}
        </th>
      ))}
      <th scope="col" className="font-medium">
        <span className="sr-only">Actions</span>
      </th>
    </tr>
  </thead>
);
