import type { OptionInfo } from "./command.js";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

export const isShell = (name: string): name is Shell => shells.some((shell) => shell === name);

interface Completable {
  readonly description: string;
  readonly options: readonly OptionInfo[];
}

type Commands = Readonly<Record<string, Completable>>;

/** A script that completes the names of commands and of their options. Ids are not asked of the server. */
export const completionOf = (shell: Shell, commands: Commands): string => {
  const all = {
    ...commands,
    completion: { description: "Print the completion script of a shell", options: [] },
  };
  return { bash, zsh, fish }[shell](all);
};

const bash = (commands: Commands): string => {
  const cases = Object.entries(commands).map(
    ([name, { options }]) =>
      `    ${name}) words="${[...options, help].map(({ name }) => `--${name}`).join(" ")}" ;;`,
  );
  return `_adjourn() {
  local words
  if [ "$COMP_CWORD" = 1 ]; then
    COMPREPLY=($(compgen -W "${Object.keys(commands).join(" ")} --help" -- "\${COMP_WORDS[1]}"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    *) words="" ;;
  esac
  if [ "\${COMP_WORDS[1]}" = completion ]; then words="${shells.join(" ")}"; fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _adjourn adjourn
`;
};

const zsh = (commands: Commands): string => {
  const names = Object.entries(commands).map(
    ([name, { description }]) => `    ${quote(`${name}:${description.replaceAll(":", "\\:")}`)}`,
  );
  const cases = Object.entries(commands).map(([name, { options }]) => {
    const specs = [...options, help].map(({ name, description, isValued }) =>
      quote(`--${name}[${description.replace(/[[\]:]/g, "\\$&")}]${isValued ? ":value:" : ""}`),
    );
    const words = name === "completion" ? [quote(`1:shell:(${shells.join(" ")})`)] : [];
    return `    ${name}) _arguments ${[...words, ...specs].join(" ")} ;;`;
  });
  return `#compdef adjourn
_adjourn() {
  local -a commands
  commands=(
${names.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local name=$words[2]
  shift words
  (( CURRENT-- ))
  case $name in
${cases.join("\n")}
  esac
}
compdef _adjourn adjourn
`;
};

const fish = (commands: Commands): string => {
  const lines = Object.entries(commands).flatMap(([name, { description, options }]) => [
    `complete -c adjourn -n __fish_use_subcommand -a ${name} -d ${quote(description)}`,
    ...options.map(
      (option) =>
        `complete -c adjourn -n '__fish_seen_subcommand_from ${name}' -l ${option.name}${option.isValued ? " -x" : ""} -d ${quote(option.description)}`,
    ),
  ]);
  const last = `complete -c adjourn -n '__fish_seen_subcommand_from completion' -a ${quote(shells.join(" "))}`;
  return ["complete -c adjourn -f", ...lines, last, ""].join("\n");
};

const help: OptionInfo = { name: "help", description: "Show its options", isValued: false };

/** In single quotes, which the three shells read alike as long as there is neither a quote nor a backslash in them. */
const quote = (text: string): string => `'${text.replaceAll("'", "’")}'`;
