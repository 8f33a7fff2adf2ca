"use client";

import { Button } from "../ui/button";

const ErrorPage = ({ reset }: { readonly reset: () => void }) => (
  <main className="mx-auto flex min-h-dvh max-w-md flex-col items-center justify-center px-6 text-center">
    <h1 className="text-xl font-semibold">This page has failed</h1>
    <p className="mt-1.5 mb-5 text-ink-soft">
      Nothing was changed by it. Try again; if it fails again, see the log.
    </p>
    <Button kind="primary" onClick={reset}>
      Try again
    </Button>
  </main>
);

export default ErrorPage;
