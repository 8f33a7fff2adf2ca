import { ServerOff } from "lucide-react";
import { BlankState } from "../ui/blank-state";
import { Button } from "../ui/button";
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
