export type { AppRouter, Context, LocalCalls, NamedKey, SubscribeOptions } from "@adjourn/router";
export { dialectNames, trpcErrorShape } from "@adjourn/router";
export {
  type Agent,
  type AgentTurn,
  defaultTimeoutSettings,
  type ErrorCode,
  longestDurationMinutes,
  SessionError,
  type SessionEvent,
  StoreUnavailableError,
  type TimeoutSettings,
} from "@adjourn/sessions";
export { type Adjourn, createAdjourn } from "./create-adjourn.js";
export { deriveKeys } from "./derive-keys.js";
export type { ContextOptions } from "./host-context.js";
export { isLoopback } from "./loopback.js";
export { type AddressList, readAddressList } from "./network-address.js";
export { createLogger, type Logger } from "./observability/log.js";
export { tracesUrlBelow } from "./observability/tracing/tracing.js";
export { withoutSecrets } from "./observability/without-secrets.js";
export type { AdjournOptions, AgentOption, KeyOption } from "./options.js";
export type { Overrides, PortName } from "./overrides.js";
export {
  defaultRateLimitPerMinute,
  logLevels,
  minKeyCharacters,
  minSecretCharacters,
  SettingError,
  type Settings,
  type TrustedProxies,
} from "./settings.js";
export { type RunningServer, startServer } from "./start-server.js";
export { systemClock } from "./system-clock.js";
