import { z } from "zod";
import { readStored, writeStored } from "../ui/stored";

const storageKey = "adjourn_reasons";
const mostReasons = 4;
const reasonsSchema = z.array(z.string().max(200)).max(mostReasons);

/** The reasons given last in this browser, newest first. */
export const recentReasons = (): readonly string[] => readStored(storageKey, reasonsSchema) ?? [];

export const rememberReason = (reason: string): void =>
  writeStored(
    storageKey,
    [reason, ...recentReasons().filter((before) => before !== reason)].slice(0, mostReasons),
  );
