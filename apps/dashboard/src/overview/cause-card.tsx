import type { ComponentProps, ReactNode } from "react";
import { Card, CardHeader } from "../ui/card";
import { TimeOfDay } from "../ui/time";
import { CauseChart } from "./cause-chart";

interface CauseCardProps {
  /** Undefined until the data is loaded. */
  readonly endings: ComponentProps<typeof CauseChart>["endings"] | undefined;
  /** The start of the data (ms), if that is later than midnight. */
  readonly since: number | undefined;
  /** Shown until the data is loaded. */
  readonly children: ReactNode;
}

export const CauseCard = ({ endings, since, children }: CauseCardProps) => (
  <Card aria-labelledby="cause-chart">
    <CardHeader
      id="cause-chart"
      title="Endings by cause"
      note={
        since === undefined ? (
          "Today"
        ) : (
          <>
            Since <TimeOfDay at={new Date(since).toISOString()} seconds />: there are too many to load
          </>
        )
      }
    />
    {endings ? <CauseChart endings={endings} /> : children}
  </Card>
);
