"use client";

import { Card } from "../ui/layout/card";
import { PageHeader } from "../ui/layout/page-header";
import { loadLater } from "../ui/load-later";
import { SessionTableSkeleton } from "./table/session-table-skeleton";

const SessionsView = loadLater(() => import("./sessions-view").then((file) => file.SessionsView), {
  placeholder: (
    <div data-wide="" className="pb-16">
      <PageHeader title="Sessions" description="Live conversations" />
      <Card>
        <SessionTableSkeleton />
      </Card>
    </div>
  ),
});

/** The table of live sessions. Its code is fetched beside the first calls. */
export const SessionsPage = () => <SessionsView />;
