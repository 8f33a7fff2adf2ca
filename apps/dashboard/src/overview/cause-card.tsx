import type { ReactNode } from "react";
import type { Statistics } from "../statistics/use-statistics";
import { Card, CardHeader } from "../ui/layout/card";
import { CauseChart } from "./cause-chart";
import { chartHeight } from "./chart-height";

interface CauseCardProps {
  /** Undefined until the data is loaded. */
  readonly counts: Statistics["ended"]["byCause"] | undefined;
  /** Shown until the data is loaded. */
  readonly children: ReactNode;
}

export const CauseCard = ({ counts, children }: CauseCardProps) => (
  <Card aria-labelledby="cause-chart" className={chartHeight}>
    <CardHeader id="cause-chart" title="Endings by cause" note="Today" />
    {counts ? <CauseChart counts={counts} /> : children}
  </Card>
);
