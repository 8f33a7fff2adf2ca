import { ArrowUp } from "lucide-react";

interface NewRowsPillProps {
  readonly count: number;
  readonly onShow: () => void;
}

/** Says how many rows wait above the list. It takes no room of its own, and its number grows without moving it. */
export const NewRowsPill = ({ count, onShow }: NewRowsPillProps) => (
  <div className="pointer-events-none sticky top-16 z-20 h-0 lg:top-2">
    {count > 0 && (
      <div className="absolute inset-x-0 -top-4 flex justify-center">
        <button
          type="button"
          onClick={onShow}
          className="pointer-events-auto inline-flex h-8 w-30 items-center gap-1.5 rounded-full bg-accent px-4 text-[0.8125rem] font-medium text-accent-ink tabular-nums shadow-float"
        >
          <ArrowUp aria-hidden="true" className="size-3.5" />
          {count.toLocaleString()} new
        </button>
      </div>
    )}
  </div>
);
