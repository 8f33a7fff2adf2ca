import type { Delivery } from "../lists/records";
import type { BadgeTone } from "../ui/badge";

export const deliveryStatuses = ["pending", "delivered", "failed"] as const satisfies Delivery["status"][];

export const statusNames: Readonly<Record<Delivery["status"], string>> = {
  pending: "Pending",
  delivered: "Delivered",
  failed: "Failed",
};

export const statusTones: Readonly<Record<Delivery["status"], BadgeTone>> = {
  pending: "warning",
  delivered: "accent",
  failed: "danger",
};

/** What came of an attempt, in a few words. */
export const attemptResult = ({ status, error }: Delivery["attempts"][number]): string =>
  [status === null ? "No answer" : `Status ${status}`, error].filter((part) => part !== null).join(": ");
