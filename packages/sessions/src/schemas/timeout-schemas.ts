import { z } from "zod";
import type { TimeoutConfigInput } from "../model/timeout-policy.js";

/** Only the types: the timeout policy checks the values and refuses with `INVALID_TIMEOUT_CONFIG`. */
const minutes = { type: "integer", minimum: 1 } as const;
const fields = {
  timeoutMinutes: minutes,
  autoRenew: { type: "boolean" },
  maxDurationMinutes: minutes,
  warningThresholdMinutes: minutes,
} as const;

const field = <Value>(name: keyof typeof fields) =>
  z
    .custom<Value>(() => true)
    .meta({ ...fields[name] })
    .optional();

export const timeoutConfigInput = z
  .custom<TimeoutConfigInput>(() => true)
  .meta({ id: "TimeoutConfigInput", type: "object", properties: fields });

export const timeoutFields = {
  timeoutMinutes: field<number>("timeoutMinutes"),
  autoRenew: field<boolean>("autoRenew"),
  maxDurationMinutes: field<number>("maxDurationMinutes"),
  warningThresholdMinutes: field<number>("warningThresholdMinutes"),
};
