import type { DeliveryFilter, DeliveryPage, PageRequest } from "@adjourn/sessions";
import { type DeliveryColumns, toDelivery } from "../rows/webhook-rows.js";

/** The statement that lists deliveries, newest first, in both databases. It reads one row more than the page holds. */
export const deliveryListStatement = (
  columns: string,
  { endpoint, status, sessionId }: DeliveryFilter,
  { limit, after }: PageRequest,
): { readonly sql: string; readonly parameters: Readonly<Record<string, string | number>> } => {
  const conditions = ["seq < :before"];
  if (endpoint !== undefined) conditions.push("endpoint = :endpoint");
  if (status !== undefined) conditions.push("status = :status");
  if (sessionId !== undefined) conditions.push("session_id = :sessionId");
  return {
    sql: `SELECT ${columns} FROM webhook_deliveries WHERE ${conditions.join(" AND ")} ORDER BY seq DESC LIMIT :limit`,
    parameters: {
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(status === undefined ? {} : { status }),
      ...(sessionId === undefined ? {} : { sessionId }),
      before: after?.time ?? Number.MAX_SAFE_INTEGER,
      limit: limit + 1,
    },
  };
};

export const toDeliveryPage = (rows: readonly DeliveryColumns[], { limit }: PageRequest): DeliveryPage => {
  const last = rows[limit - 1];
  return {
    deliveries: rows.slice(0, limit).map(toDelivery),
    next: last && rows.length > limit ? { time: last.seq, id: last.id } : null,
  };
};
