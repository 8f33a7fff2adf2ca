import { ServerOff } from "lucide-react";
import { Button } from "../ui/button";
import { BlankState } from "../ui/layout/blank-state";
import { describeError } from "./call-error";
import { inBackground } from "./in-background";

interface LoadFailedProps {
  readonly title: string;
  readonly error: unknown;
  readonly onRetry: () => Promise<unknown>;
}

/** Shown in place of a list that could not be loaded. */
export const LoadFailed = ({ title, error, onRetry }: LoadFailedProps) => (
  <BlankState
    icon={ServerOff}
    title={title}
    action={<Button onClick={() => inBackground(onRetry())}>Try again</Button>}
  >
    {describeError(error)}
  </BlankState>
);
