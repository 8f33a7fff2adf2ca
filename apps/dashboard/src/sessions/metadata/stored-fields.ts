import { z } from "zod";
import { readStored } from "../../ui/stored";

/** The fields that this browser keeps. In a file of its own: the schema library is not part of the first load. */
export const readStoredFields = (storageKey: string, mostFields: number): readonly string[] =>
  readStored(storageKey, z.array(z.string().max(200)).max(mostFields)) ?? [];
