import type { Delivery } from "../lists/records";
import { TimeOfDay } from "../ui/time/time";
import { attemptResult } from "./delivery-words";

/** Every attempt of a delivery, with the beginning of its answer. */
export const AttemptList = ({ delivery: { id, attempts } }: { readonly delivery: Delivery }) => (
  <div className="mt-1 mb-1.5 rounded-md bg-sunken px-3 py-2.5">
    <p className="text-xs text-ink-soft">
      <span className="font-mono wrap-anywhere text-ink">{id}</span>, the{" "}
      <code className="font-mono">webhook-id</code> of every attempt
    </p>
    {attempts.length === 0 ? (
      <p className="mt-2 text-ink-soft">No attempt was made yet.</p>
    ) : (
      <ol className="mt-2 grid gap-2">
        {attempts.map((attempt) => (
          <li key={attempt.at}>
            <p className="wrap-anywhere">
              <span className="text-ink-soft tabular-nums">
                <TimeOfDay at={attempt.at} seconds />
              </span>{" "}
              {attemptResult(attempt)}
            </p>
            {attempt.answer && (
              <pre className="mt-1 rounded border border-line bg-surface px-2.5 py-1.5 font-mono text-xs wrap-anywhere whitespace-pre-wrap">
                {attempt.answer}
              </pre>
            )}
          </li>
        ))}
      </ol>
    )}
  </div>
);
