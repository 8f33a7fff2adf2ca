import type { ServiceContext } from "../../context.js";
import { toDeliveryInfo } from "../../model/webhook.js";
import { decodeCursor, encodeCursor } from "../../paging/page-cursor.js";
import type { Inputs, Outputs } from "../../schemas/index.js";

/** Newest first. @throws SessionError `VALIDATION_ERROR` for a malformed cursor, or one of another list */
export const listWebhookDeliveries = async (
  { store }: ServiceContext,
  { limit, cursor, ...filter }: Inputs["listWebhookDeliveries"],
): Promise<Outputs["listWebhookDeliveries"]> => {
  const page = await store.listDeliveries(filter, {
    limit,
    after: decodeCursor(cursor, "deliveries.createdAt"),
  });
  return {
    deliveries: page.deliveries.map(toDeliveryInfo),
    ...(page.next ? { nextCursor: encodeCursor(page.next, "deliveries.createdAt") } : {}),
  };
};
