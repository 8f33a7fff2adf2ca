import type { SessionRow } from "../../lists/records";
import { Button } from "../../ui/button";

interface SelectionBarProps {
  readonly selected: readonly SessionRow[];
  /** How many sessions match, those that are not loaded yet included. */
  readonly total: number;
  readonly isChoosingAll: boolean;
  readonly onChooseAll: () => void;
  readonly onClear: () => void;
  readonly onEnd: () => void;
}

/** What can be done with the rows that are ticked. It floats, so that no row moves when it comes or goes. */
export const SelectionBar = ({
  selected,
  total,
  isChoosingAll,
  onChooseAll,
  onClear,
  onEnd,
}: SelectionBarProps) => {
  const count = selected.length;
  if (count === 0) return null;
  return (
    <section
      aria-label="Selection"
      className="fixed inset-x-3 bottom-18 z-30 mx-auto flex max-w-3xl animate-[appear_120ms_ease-out] flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-line-strong bg-surface py-2 pr-2 pl-4 shadow-float lg:bottom-6 lg:left-60"
    >
      <p className="mr-auto font-medium tabular-nums">
        {count.toLocaleString()}
        {count <= total && ` of ${total.toLocaleString()}`} selected
      </p>
      <div className="flex flex-wrap gap-2">
        {count < total && (
          <Button size="small" aria-disabled={isChoosingAll} onClick={() => isChoosingAll || onChooseAll()}>
            {isChoosingAll ? "Selecting…" : `Select all ${total.toLocaleString()} matching`}
          </Button>
        )}
        <Button kind="quiet" size="small" onClick={onClear}>
          Clear
        </Button>
        <Button kind="danger" size="small" onClick={onEnd}>
          {count === 1 ? "End session" : `End ${count.toLocaleString()} sessions`}
        </Button>
      </div>
    </section>
  );
};
