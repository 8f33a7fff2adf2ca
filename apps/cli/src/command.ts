import { type ArgsDef, type CommandDef, type CommandMeta, defineCommand, renderUsage } from "citty";

/** An invalid command line. The message is the line to print. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A command and its help, which citty can render only while the types of the arguments are known. */
export const command = <const T extends ArgsDef>(
  definition: CommandDef<T> & { readonly args: T; readonly meta: CommandMeta },
) => {
  const setup = ({ args, rawArgs }: { args: Given; rawArgs: readonly string[] }) =>
    requireKnown(definition.args, args, rawArgs);
  const strict = { ...definition, setup };
  const definedCommand = defineCommand(strict);
  const options = Object.entries(definition.args).flatMap(([name, { type, description = "" }]) =>
    type === "positional" ? [] : [{ name, description, isValued: type === "string" }],
  );
  const { description = "" } = definition.meta;
  return { command: definedCommand, usage: () => renderUsage(definedCommand), description, options };
};

/** An option, as the completion of a shell needs it. */
export interface OptionInfo {
  readonly name: string;
  readonly description: string;
  readonly isValued: boolean;
}

type Given = Readonly<Record<string, unknown>> & { readonly _: readonly string[] };

/**
 * citty ignores unknown options. With a misspelt option the command would run without it, or would take its value for an
 * id.
 */
const requireKnown = (known: ArgsDef, { _: words, ...given }: Given, rawArgs: readonly string[]): void => {
  const aliases = Object.values(known).flatMap((option) => ("alias" in option && option.alias) || []);
  for (const [spelling, value] of Object.entries(given)) {
    // citty gives `--dry-run` under both spellings.
    const name = spelling.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (aliases.includes(name)) continue;
    if (!Object.hasOwn(known, name))
      throw new UsageError(`There is no option ${nameOf(name)} here; allowed: ${optionsOf(known)}`);
    const type = known[name]?.type;
    if (type === "string" && (typeof value !== "string" || value === ""))
      throw new UsageError(`The option --${name} is given without a value; allowed: any text`);
    const valued = type === "boolean" && rawArgs.find((raw) => raw.startsWith(`--${name}=`));
    if (valued) throw new UsageError(`The option is given as ${valued}; allowed: --${name} alone`);
  }
  const positionals = Object.entries(known).flatMap(([name, { type }]) =>
    type === "positional" ? [name] : [],
  );
  if (words.length > positionals.length) {
    const allowed = positionals.map((name) => name.toUpperCase()).join(" ") || "options alone";
    throw new UsageError(
      `There is no place for ${JSON.stringify(words[positionals.length])} here; allowed: ${allowed}`,
    );
  }
};

const optionsOf = (known: ArgsDef): string =>
  Object.entries(known)
    .flatMap(([name, { type }]) => (type === "positional" ? [] : [`--${name}`]))
    .join(", ") || "none";

const nameOf = (option: string): string => (option.length === 1 ? `-${option}` : `--${option}`);
