import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { echoId, userId } from "../setup/test-server.js";
import { secret } from "./receiver.js";

type Entry = Readonly<Record<string, unknown>> & { readonly id: string; readonly url: string };

/** Writes a file of endpoints, and gives the variables of a server that uses it. */
export const webhookEnv = async (folder: string, ...entries: readonly Entry[]) => {
  const path = join(folder, "webhooks.json");
  await writeFile(path, JSON.stringify(entries.map((entry) => ({ secretEnv: "HOOK_SECRET", ...entry }))));
  return { WEBHOOKS_FILE: path, WEBHOOKS_ALLOW_PRIVATE: "1", HOOK_SECRET: secret };
};

export interface Delivery {
  readonly id: string;
  readonly endpoint: string;
  readonly event: string;
  readonly sessionId: string;
  readonly status: "pending" | "delivered" | "failed";
  readonly attempts: readonly {
    readonly at: string;
    readonly status: number | null;
    readonly error: string | null;
    readonly answer: string | null;
  }[];
  readonly nextAttemptAt: string | null;
  readonly createdAt: string;
}

export const callJson = async (url: string, method = "GET", body?: object) => {
  const response = await fetch(url, {
    method,
    ...(body ? { headers: { "content-type": "application/json" }, body: JSON.stringify(body) } : {}),
  });
  const json: unknown = await response.json();
  return { status: response.status, body: json as Record<string, unknown> };
};

export const createOn = async (url: string, given: object = {}): Promise<string> => {
  const made = await callJson(`${url}/api/messaging/sessions`, "POST", { agentId: echoId, userId, ...given });
  return String(made.body.sessionId);
};

export const endOn = (url: string, sessionId: string, reason = "done") =>
  callJson(`${url}/api/messaging/sessions/${sessionId}?reason=${encodeURIComponent(reason)}`, "DELETE");

export const deliveriesOn = async (url: string, query = ""): Promise<readonly Delivery[]> => {
  const { body } = await callJson(`${url}/api/webhooks/deliveries${query}`);
  return body.deliveries as readonly Delivery[];
};

export const resendOn = (url: string, id: string) =>
  callJson(`${url}/api/webhooks/deliveries/${id}/resend`, "POST");
