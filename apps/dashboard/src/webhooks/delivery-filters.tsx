import { X } from "lucide-react";
import { type Delivery, shortId } from "../lists/records";
import { Button } from "../ui/button";
import { Select } from "../ui/field";
import { deliveryStatuses, statusNames } from "./delivery-words";
import type { DeliveryFilter } from "./use-delivery-list";

interface DeliveryFiltersProps {
  readonly filter: DeliveryFilter;
  /** The loaded deliveries, whose endpoints are offered. */
  readonly known: readonly Delivery[];
  readonly onChange: (change: Partial<Record<keyof DeliveryFilter, string | undefined>>) => void;
  /** Null without a filter. */
  readonly onClear: (() => void) | null;
}

export const DeliveryFilters = ({ filter, known, onChange, onClear }: DeliveryFiltersProps) => {
  const { endpoint, status, sessionId } = filter;
  const endpoints = [
    ...new Set([...(endpoint ? [endpoint] : []), ...known.map((delivery) => delivery.endpoint)]),
  ].sort();
  return (
    <search aria-label="Filters" className="mb-4 flex flex-wrap items-center gap-2">
      <Select
        aria-label="Status"
        value={status ?? ""}
        onChange={(event) => onChange({ status: event.target.value })}
        className="w-40 max-sm:w-auto max-sm:flex-1"
      >
        <option value="">All statuses</option>
        {deliveryStatuses.map((one) => (
          <option key={one} value={one}>
            {statusNames[one]}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Endpoint"
        value={endpoint ?? ""}
        onChange={(event) => onChange({ endpoint: event.target.value })}
        className="w-44 max-sm:w-auto max-sm:flex-1"
      >
        <option value="">All endpoints</option>
        {endpoints.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </Select>
      {sessionId && (
        <span className="text-ink-soft">
          of session <span className="font-mono text-[0.8125rem]">{shortId(sessionId)}</span>
        </span>
      )}
      {onClear && (
        <Button kind="quiet" size="small" onClick={onClear}>
          <X aria-hidden="true" />
          Clear filters
        </Button>
      )}
    </search>
  );
};
