import { Button } from "../ui/button";

interface SelectionBarProps {
  readonly count: number;
  /** How many there are, those that are not loaded yet included. */
  readonly total: number;
  readonly onClear: () => void;
  readonly onEnd: () => void;
}

/** What can be done with the rows that are ticked. */
export const SelectionBar = ({ count, total, onClear, onEnd }: SelectionBarProps) =>
  count === 0 ? null : (
    <section
      aria-label="Selection"
      className="sticky top-16 z-10 mb-3 flex animate-[appear_120ms_ease-out] items-center justify-between gap-3 rounded-lg border border-line-strong bg-surface py-2 pr-2 pl-4 shadow-float lg:top-3"
    >
      <p className="font-medium tabular-nums">
        {count.toLocaleString()} of {total.toLocaleString()} selected
      </p>
      <div className="flex gap-2">
        <Button kind="quiet" size="small" onClick={onClear}>
          Clear
        </Button>
        <Button kind="danger" size="small" onClick={onEnd}>
          End session
        </Button>
      </div>
    </section>
  );
