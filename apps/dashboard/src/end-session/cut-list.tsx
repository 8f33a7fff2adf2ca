import { Radio, Workflow } from "lucide-react";

interface CutListProps {
  /** Undefined where they are not known. */
  readonly listeners: number | undefined;
  readonly operations: number | undefined;
}

const plural = (count: number, word: string): string =>
  `${count.toLocaleString()} ${word}${count === 1 ? "" : "s"}`;

/** What ending will cut. */
export const CutList = ({ listeners, operations }: CutListProps) => {
  if (listeners === undefined || operations === undefined)
    return <p>All listeners and pending operations will be cut.</p>;
  return (
    <ul className="grid gap-1.5 text-ink">
      <li className="flex items-center gap-2">
        <Radio aria-hidden="true" className="size-4 text-ink-faint" />
        {listeners === 0 ? "No listeners to drop" : `${plural(listeners, "listener")} will be dropped`}
      </li>
      <li className="flex items-center gap-2">
        <Workflow aria-hidden="true" className="size-4 text-ink-faint" />
        {operations === 0
          ? "No pending operations to cancel"
          : `${plural(operations, "pending operation")} will be cancelled`}
      </li>
    </ul>
  );
};
