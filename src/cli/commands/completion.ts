/** `belay completion`: a script for the shell, made from the commands and options that there really are. */
import { Argument, Command } from 'commander';
import { peekStore } from '../../config/peek.ts';
import { isProblem } from '../../core/errors.ts';
import type { BuildCommand, Cli } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { COMMANDS } from '../program.ts';
import { completionScript, type Words } from '../render/completion.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

const INSTALL: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: 'eval "$(belay completion bash)"   in ~/.bashrc',
  zsh: 'eval "$(belay completion zsh)"   in ~/.zshrc, behind compinit',
  fish: 'belay completion fish > ~/.config/fish/completions/belay.fish',
};

/** Longest names of options, with what they mean; hidden ones are left out. */
function wordsOf(path: string, command: Command): Words[] {
  const options = command.options
    .filter((option) => !option.hidden && option.long)
    .map((option) => ({
      name: option.long ?? '',
      summary: option.description,
      takes: option.required || option.optional,
      choices: option.argChoices ?? [],
    }));
  const children = command.commands.filter((child) => child.name() !== 'help');
  const names = children.map((child) => ({ name: child.name(), summary: child.description() }));
  const own = {
    path,
    names,
    options: [...options, { name: '--help', summary: 'show help', takes: false, choices: [] }],
  };
  return [own, ...children.flatMap((child) => wordsOf(`${path} ${child.name()}`.trim(), child))];
}

async function allWords(cli: Cli): Promise<readonly Words[]> {
  const built = await Promise.all(
    Object.entries(COMMANDS).map(async ([name, { summary, load }]) => {
      const { command } = await load();
      return { name, summary, command: command(cli) };
    }),
  );
  const names = built.map(({ name, summary }) => ({ name, summary }));
  return [{ path: '', names, options: [] }, ...built.flatMap(({ name, command }) => wordsOf(name, command))];
}

/** Names of environments, one a line: what the scripts ask for. Without a configuration there are none. */
async function printEnvironments(cli: Cli): Promise<void> {
  try {
    const { environments } = await peekStore({ cwd: cli.cwd, env: cli.env, tool: cli.version });
    cli.out(environments.join('\n'));
  } catch (error) {
    if (!isProblem(error)) throw error;
  }
}

export const command: BuildCommand = (cli) =>
  new Command('completion')
    .description('Print a completion script for the shell: commands, options, and the names of environments.')
    .addArgument(new Argument('<shell>', 'which shell').choices([...SHELLS, 'environments']))
    .addHelpText('after', helpText(cli, `\nTo install it:\n  ${Object.values(INSTALL).join('\n  ')}`))
    .action(async (shell: (typeof SHELLS)[number] | 'environments') => {
      if (shell === 'environments') return printEnvironments(cli);
      cli.out(completionScript(shell, await allWords(cli)));
    });
