import { SettingError, type Settings } from "@adjourn/server";

/** Converts a failure to start into the error of the setting that caused it; null for other failures. */
export const startFailure = (error: unknown, { host, port }: Settings): SettingError | null => {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "EADDRINUSE":
      return new SettingError(`PORT is "${port}", which is in use on ${host}; allowed: a free port`);
    case "EACCES":
      return new SettingError(
        `PORT is "${port}", which this user may not open; allowed: a port from 1024 on`,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new SettingError(`HOST is "${host}", which is no address here; allowed: one of this machine's`);
    default:
      return null;
  }
};
