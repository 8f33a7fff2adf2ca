import type { ServiceContext } from "../../context.js";
import { SessionError } from "../../model/errors.js";
import type { Inputs, Outputs } from "../../schemas/index.js";

/**
 * Asks for one more attempt of a delivery, whatever became of it.
 * @throws SessionError `NOT_FOUND`, also for a delivery to an endpoint that is not configured any more
 */
export const resendWebhook = async (
  { store, webhooks }: ServiceContext,
  { id }: Inputs["resendWebhook"],
): Promise<Outputs["resendWebhook"]> => {
  const delivery = await store.readDelivery(id);
  const isKnown = delivery !== null && webhooks?.endpoints.includes(delivery.endpoint) === true;
  if (!isKnown || !(await store.resendDelivery(id)))
    throw new SessionError(
      "NOT_FOUND",
      delivery && !isKnown ? "Endpoint not configured" : "Delivery not found",
      {
        id,
      },
    );
  webhooks?.wake();
  return { success: true, message: `Delivery ${id} will be sent again` };
};
