/** The string values of metadata, nested ones too, one a line. Keys, numbers and booleans are not searched. */
export const metadataText = (metadata: unknown): string => {
  const texts: string[] = [];
  const open = [metadata];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === "string") texts.push(next);
    else if (typeof next === "object" && next !== null) open.push(...Object.values(next));
  }
  return texts.join("\n");
};
