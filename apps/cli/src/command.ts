import { type ArgsDef, type CommandDef, defineCommand, renderUsage } from "citty";

/** A command line that can't be what was meant; its message is the one line to print. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A command and the help on it, which can't be asked of a mixed set of commands once their types are lost. */
export const command = <const T extends ArgsDef>(definition: CommandDef<T> & { readonly args: T }) => {
  const strict = { ...definition, setup: ({ args }: { args: Given }) => requireKnown(definition.args, args) };
  const definedCommand = defineCommand(strict);
  return { command: definedCommand, usage: () => renderUsage(definedCommand) };
};

type Given = Readonly<Record<string, unknown>> & { readonly _: readonly string[] };

/**
 * citty passes over what it does not know: a slip in an option's name would do the command without it, or with its
 * value for an id.
 */
const requireKnown = (known: ArgsDef, { _: words, ...given }: Given): void => {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(known, name))
      throw new UsageError(`There is no option ${nameOf(name)} here; see --help`);
    if (known[name]?.type === "string" && (typeof value !== "string" || value === ""))
      throw new UsageError(`The option --${name} needs a value`);
  }
  const places = Object.values(known).filter(({ type }) => type === "positional").length;
  if (words.length > places)
    throw new UsageError(`There is no place for ${JSON.stringify(words[places])} here; see --help`);
};

const nameOf = (option: string): string => (option.length === 1 ? `-${option}` : `--${option}`);
