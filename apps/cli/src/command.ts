import { type ArgsDef, type CommandDef, defineCommand, renderUsage } from "citty";

/** A command and the help on it, which can't be asked of a mixed set of commands once their types are lost. */
export const command = <const T extends ArgsDef>(definition: CommandDef<T>) => {
  const definedCommand = defineCommand(definition);
  return { command: definedCommand, usage: () => renderUsage(definedCommand) };
};
