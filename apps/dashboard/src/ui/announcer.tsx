"use client";

import { X } from "lucide-react";
import { createContext, type ReactNode, use, useCallback, useEffect, useState } from "react";
import { classNames } from "./classes/class-names";

interface Announcement {
  readonly title: string;
  readonly detail?: string | undefined;
}

type Announce = (announcement: Announcement) => void;

const AnnounceContext = createContext<Announce>(() => {});

/** Says in one line what has just been done. */
export const useAnnounce = (): Announce => use(AnnounceContext);

const shownMs = 8_000;

export const AnnouncerProvider = ({ children }: { readonly children: ReactNode }) => {
  const [current, setCurrent] = useState<(Announcement & { readonly at: number }) | null>(null);
  const [isHeld, setIsHeld] = useState(false);
  const announce = useCallback<Announce>((next) => setCurrent({ ...next, at: Date.now() }), []);
  const dismiss = useCallback(() => setCurrent(null), []);

  useEffect(() => {
    if (!current || isHeld) return;
    const timer = setTimeout(dismiss, shownMs);
    return () => clearTimeout(timer);
  }, [current, isHeld, dismiss]);

  return (
    <AnnounceContext value={announce}>
      {children}
      {/* The region must be there before its text is, or screen readers miss it. */}
      <section
        aria-label="Latest news"
        onMouseEnter={() => setIsHeld(true)}
        onMouseLeave={() => setIsHeld(false)}
        className="pointer-events-none fixed inset-x-4 bottom-20 z-50 mx-auto flex h-0 max-w-sm items-end lg:right-6 lg:bottom-6 lg:left-auto lg:mx-0 lg:w-80"
      >
        {/* Empty, it has no size: a note that goes moves nothing. */}
        <div
          className={classNames(
            "flex min-w-0 flex-1 items-start gap-3",
            current &&
              "pointer-events-auto animate-[appear_160ms_ease-out] rounded-lg bg-ink px-4 py-3 text-canvas shadow-float",
          )}
        >
          <div role="status" aria-live="polite" className="min-w-0 flex-1 font-medium">
            {current?.title}
            {current?.detail && (
              <p className="mt-0.5 text-[0.8125rem] font-normal opacity-80">{current.detail}</p>
            )}
          </div>
          {current && (
            <button
              type="button"
              onClick={dismiss}
              aria-label="Dismiss"
              className="-m-1 rounded p-1 opacity-80"
            >
              <X aria-hidden="true" className="size-4" />
            </button>
          )}
        </div>
      </section>
    </AnnounceContext>
  );
};
