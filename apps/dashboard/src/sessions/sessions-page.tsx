"use client";

import { FilterBarSpace } from "../filters/filter-bar-space";
import { Card } from "../ui/layout/card";
import { PageHeader } from "../ui/layout/page-header";
import { loadLater } from "../ui/load-later";
import { SessionTableSkeleton } from "./table/session-table-skeleton";

const SessionsView = loadLater(() => import("./sessions-view").then((file) => file.SessionsView), {
  placeholder: (
    <div className="pb-16">
      <PageHeader title="Sessions" description="Live now" />
      <FilterBarSpace />
      <Card>
        <SessionTableSkeleton />
      </Card>
    </div>
  ),
});

/** The table of live sessions. Its code is fetched beside the first calls. */
export const SessionsPage = () => <SessionsView />;
