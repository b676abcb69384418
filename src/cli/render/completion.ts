/** Completion scripts for three shells from one list of words. Pure. */

export interface Words {
  /** `lock acquire`; empty for `belay` itself. */
  readonly path: string;
  readonly names: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly {
    readonly name: string;
    readonly summary: string;
    readonly takes: boolean;
    readonly choices: readonly string[];
  }[];
}

/** Values of these are the names of environments. */
const ENVIRONMENT_OPTIONS = ['--env', '-e', '--from', '--to'];
const FILE_OPTIONS = ['--config', '-c'];

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const firstLine = (text: string): string => text.split('\n')[0]?.replaceAll(/[[\]:]/g, '') ?? '';

function bash(all: readonly Words[]): string {
  const cases = all.map(({ path, names, options }) => {
    const words = [...names.map(({ name }) => name), ...options.map(({ name }) => name)].join(' ');
    return `    ${quoted(path)}) words=${quoted(words)} ;;`;
  });
  const values = all.flatMap(({ path, options }) =>
    options.flatMap(({ name, takes, choices }) => {
      if (!takes || ENVIRONMENT_OPTIONS.includes(name) || FILE_OPTIONS.includes(name)) return [];
      return [
        `    ${quoted(`${path} ${name}`)}) COMPREPLY=($(compgen -W ${quoted(choices.join(' '))} -- "$word")); return ;;`,
      ];
    }),
  );
  const groups = all.filter(({ path, names }) => path !== '' && names.length > 0).map(({ path }) => path);
  return `# belay completion for bash
_belay() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" path="\${COMP_WORDS[1]}" words=""
  [ "$COMP_CWORD" -le 1 ] && path=""
  case " ${groups.join(' ')} " in
    *" $path "*) [ "$COMP_CWORD" -gt 2 ] && case "\${COMP_WORDS[2]}" in -*) ;; *) path="$path \${COMP_WORDS[2]}" ;; esac ;;
  esac
  case "$before" in
    ${ENVIRONMENT_OPTIONS.join('|')}) COMPREPLY=($(compgen -W "$(belay completion environments 2>/dev/null)" -- "$word")); return ;;
    ${FILE_OPTIONS.join('|')}) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  case "$path $before" in
${values.join('\n')}
  esac
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _belay belay`;
}

function zsh(all: readonly Words[]): string {
  const cases = all.map(({ path, names, options }) => {
    const described = [...names, ...options].map(({ name, summary }) => quoted(`${name}:${firstLine(summary)}`));
    return `    ${quoted(path)}) entries=(${described.join(' ')}) ;;`;
  });
  const groups = all.filter(({ path, names }) => path !== '' && names.length > 0).map(({ path }) => path);
  return `#compdef belay
_belay() {
  local path_words="\${words[2]}" before="\${words[CURRENT-1]}"
  local -a entries
  (( CURRENT <= 2 )) && path_words=""
  if [[ " ${groups.join(' ')} " == *" $path_words "* && -n "$path_words" ]] && (( CURRENT > 3 )) && [[ "\${words[3]}" != -* ]]; then
    path_words="$path_words \${words[3]}"
  fi
  case "$before" in
    ${ENVIRONMENT_OPTIONS.join('|')}) entries=(\${(f)"$(belay completion environments 2>/dev/null)"}); _describe environment entries; return ;;
    ${FILE_OPTIONS.join('|')}) _files; return ;;
  esac
  case "$path_words" in
${cases.join('\n')}
  esac
  _describe belay entries
}
compdef _belay belay`;
}

function fish(all: readonly Words[]): string {
  const lines = all.flatMap(({ path, names, options }) => {
    const [first, second] = path.split(' ');
    const parts = [first, second]
      .filter((part) => part !== undefined && part !== '')
      .map((part) => `__fish_seen_subcommand_from ${part}`);
    const condition = parts.length === 0 ? '__fish_use_subcommand' : parts.join('; and ');
    return [
      ...names.map(
        ({ name, summary }) =>
          `complete -c belay -f -n ${quoted(condition)} -a ${name} -d ${quoted(firstLine(summary))}`,
      ),
      ...options.map(({ name, summary, takes, choices }) => {
        const value = ENVIRONMENT_OPTIONS.includes(name)
          ? ` -x -a ${quoted('(belay completion environments 2>/dev/null)')}`
          : takes
            ? choices.length > 0
              ? ` -x -a ${quoted(choices.join(' '))}`
              : ' -r'
            : '';
        return `complete -c belay -n ${quoted(condition)} -l ${name.slice(2)}${value} -d ${quoted(firstLine(summary))}`;
      }),
    ];
  });
  return ['# belay completion for fish', ...lines].join('\n');
}

export function completionScript(shell: 'bash' | 'zsh' | 'fish', all: readonly Words[]): string {
  return { bash, zsh, fish }[shell](all);
}
