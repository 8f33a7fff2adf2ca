import Link from "next/link";
import type { ReactNode } from "react";
import { ConnectionBanner, ConnectionDot } from "./connection-note";
import { Logo } from "./logo";
import { Navigation } from "./navigation";
import { SignOutButton } from "./sign-out-button";
import type { Theme } from "./theme";
import { ThemeButton } from "./theme-button";

interface FrameProps {
  readonly theme: Theme;
  readonly isSignedIn: boolean;
  readonly children: ReactNode;
}

/** The layout around every page. */
export const Frame = ({ theme, isSignedIn, children }: FrameProps) => (
  <>
    <a
      href="#content"
      className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-ink px-3 py-2 font-medium text-canvas focus:translate-y-0 print:hidden"
    >
      Skip to content
    </a>
    <div className="lg:grid lg:min-h-dvh lg:grid-cols-[13.5rem_minmax(0,1fr)] print:block">
      <header className="sticky top-0 z-20 flex h-14 items-center gap-3 border-b border-line bg-canvas px-4 lg:h-dvh lg:flex-col lg:items-stretch lg:gap-6 lg:border-r lg:border-b-0 lg:px-4 lg:py-5 print:hidden">
        <Link
          href="/"
          className="flex items-center gap-2 rounded-md text-[0.9375rem] font-semibold lg:px-2.5"
        >
          <Logo className="size-5 text-accent" />
          Adjourn
        </Link>
        <Navigation />
        <div className="ml-auto grid gap-4 lg:grid-cols-[minmax(0,1fr)] lg:mt-auto lg:ml-0">
          <ConnectionBanner />
          <div className="flex items-center gap-1 lg:px-2.5">
            <ConnectionDot />
            <div className="flex items-center lg:-mr-2.5 lg:ml-auto">
              <ThemeButton initial={theme} />
              {isSignedIn && <SignOutButton />}
            </div>
          </div>
        </div>
      </header>
      <main
        id="content"
        tabIndex={-1}
        className="w-full px-4 pt-6 pb-28 outline-none sm:px-6 lg:px-8 lg:pt-8 lg:pb-12 print:p-0"
      >
        {children}
      </main>
    </div>
  </>
);
