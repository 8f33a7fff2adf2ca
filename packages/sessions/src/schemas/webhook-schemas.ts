import { z } from "zod";
import { deliveryStatuses, webhookDeliverySchema } from "../model/webhook.js";
import { lookupId } from "./fields.js";

export const webhookInputs = {
  listWebhookDeliveries: z
    .object({
      endpoint: lookupId.optional(),
      status: z.enum(deliveryStatuses).optional(),
      sessionId: lookupId.optional(),
      limit: z.int().min(1).max(1_000).default(100),
      cursor: z.string().min(1).max(512).optional(),
    })
    .prefault({}),
  resendWebhook: z.object({ id: lookupId }),
} as const;

export const webhookOutputs = {
  listWebhookDeliveries: z.object({
    deliveries: z.array(webhookDeliverySchema),
    nextCursor: z.string().optional(),
  }),
  resendWebhook: z.object({ success: z.literal(true), message: z.string() }),
} as const;
