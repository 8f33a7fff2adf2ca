import type { Log } from "@adjourn/sessions";

export const silentLog: Log = { info() {}, warn() {}, error() {} };
