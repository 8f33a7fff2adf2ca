import type { z } from "zod";
import { agentInputs, agentOutputs } from "./agent-schemas.js";
import { endingInputs, endingOutputs } from "./ending-schemas.js";
import { messageInputs, messageOutputs } from "./message-schemas.js";
import { sessionInputs, sessionOutputs } from "./session-schemas.js";

export { lastMessageSchema, type SessionRow, sessionRowSchema } from "./session-schemas.js";
export { limits, metadata } from "./storable.js";

/** The input of each operation. REST merges path, query and body into one of these. */
export const inputs = { ...sessionInputs, ...messageInputs, ...endingInputs, ...agentInputs } as const;
export type Inputs = { readonly [K in keyof typeof inputs]: z.output<(typeof inputs)[K]> };

/** The answer of each operation over tRPC. REST sends the same, or the part that its route table names. */
export const outputs = { ...sessionOutputs, ...messageOutputs, ...endingOutputs, ...agentOutputs } as const;
export type Outputs = { readonly [K in keyof typeof outputs]: z.output<(typeof outputs)[K]> };
