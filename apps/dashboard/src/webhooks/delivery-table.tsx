"use client";

import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { IdLink } from "../lists/id-link";
import type { Delivery } from "../lists/records";
import { Badge } from "../ui/badge";
import { Button } from "../ui/button";
import { classNames } from "../ui/classes/class-names";
import { TimeOfDay } from "../ui/time/time";
import type { Paging } from "../ui/use-virtual-rows";
import { VirtualTable } from "../ui/virtual-table";
import { AttemptList } from "./attempt-list";
import { attemptResult, statusNames, statusTones } from "./delivery-words";
import { useResend } from "./use-resend";

const rowGrid =
  "grid items-center gap-x-3 px-4 grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[8.25rem_5.25rem_minmax(4rem,0.8fr)_4.5rem_minmax(5rem,1.6fr)_4.5rem_6rem] lg:px-5 xl:gap-x-4 xl:grid-cols-[8.5rem_6.5rem_minmax(6rem,0.8fr)_6.5rem_minmax(6rem,2fr)_6rem_6rem]";

const headings = ["Event", "Status", "Endpoint", "Session", "Last answer", "Created"] as const;

interface DeliveryTableProps extends Paging {
  readonly deliveries: readonly Delivery[];
}

export const DeliveryTable = ({ deliveries, ...paging }: DeliveryTableProps) => {
  const [openIds, setOpenIds] = useState<ReadonlySet<string>>(new Set());
  const resend = useResend();
  const toggle = (id: string) =>
    setOpenIds(
      (before) => new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id]),
    );
  return (
    <VirtualTable
      label="Deliveries"
      headings={headings}
      rowGrid={rowGrid}
      rows={deliveries}
      keyOf={({ id }) => id}
      {...paging}
    >
      {(delivery) => (
        <DeliveryCells
          delivery={delivery}
          isOpen={openIds.has(delivery.id)}
          onToggle={() => toggle(delivery.id)}
          isSending={resend.isPending && resend.variables === delivery.id}
          onResend={() => resend.mutate(delivery.id)}
        />
      )}
    </VirtualTable>
  );
};

interface DeliveryCellsProps {
  readonly delivery: Delivery;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly isSending: boolean;
  readonly onResend: () => void;
}

const DeliveryCells = ({ delivery, isOpen, onToggle, isSending, onResend }: DeliveryCellsProps) => {
  const id = useId();
  const { event, status, endpoint, sessionId, attempts, nextAttemptAt, createdAt } = delivery;
  const last = attempts.at(-1);
  return (
    <>
      <td className="max-md:row-start-1">
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={isOpen ? id : undefined}
          onClick={onToggle}
          className="-ml-1 inline-flex min-h-6 items-center gap-1 rounded text-left font-medium hover:underline"
        >
          <ChevronRight
            aria-hidden="true"
            className={classNames("size-4 shrink-0 text-ink-faint", isOpen && "rotate-90")}
          />
          {event}
        </button>
      </td>
      <td className="max-md:col-start-1 max-md:row-start-2">
        <Badge tone={statusTones[status]}>{statusNames[status]}</Badge>
      </td>
      <td className="truncate max-md:col-start-1 max-md:row-start-3" title={endpoint}>
        {endpoint}
      </td>
      <td className="max-md:col-start-2 max-md:row-start-2 max-md:text-right">
        <IdLink href={`/sessions/${encodeURIComponent(sessionId)}`} id={sessionId} title={sessionId} />
      </td>
      <td className="truncate text-ink-soft max-md:col-span-2 max-md:col-start-1 max-md:row-start-4">
        {last ? attemptResult(last) : "Not sent yet"}
        {nextAttemptAt && (
          <>
            , next <TimeOfDay at={nextAttemptAt} />
          </>
        )}
      </td>
      <td className="text-ink-soft tabular-nums max-md:whitespace-nowrap max-md:text-right max-md:col-start-2 max-md:row-start-3">
        <TimeOfDay at={createdAt} seconds />
      </td>
      <td className="text-right max-md:col-start-2 max-md:row-start-1">
        <Button size="row" aria-disabled={isSending} onClick={() => isSending || onResend()}>
          Send again
        </Button>
      </td>
      {isOpen && (
        <td id={id} className="col-span-full max-md:row-start-5">
          <AttemptList delivery={delivery} />
        </td>
      )}
    </>
  );
};
