/** Entry of the command line: parses, runs one command, turns whatever is thrown into a message and an exit code. */
import { CommanderError } from 'commander';
import { readEnvironment } from '../config/environment.ts';
import { EXIT, isProblem } from '../core/errors.ts';
import type { Cli } from './cli.ts';
import { buildProgram, isCommand } from './program.ts';
import { printBug, printProblem } from './render/problem.ts';

declare const __BELAY_VERSION__: string;

function createCli(argv: readonly string[]): Cli {
  const env = readEnvironment();
  const terminal = process.stderr.isTTY && !env.ci;
  const ascii = argv.includes('--ascii');
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    env,
    cwd: process.cwd(),
    version: typeof __BELAY_VERSION__ === 'undefined' ? '0.0.0-source' : __BELAY_VERSION__,
    argv: argv.slice(0, 2),
    terminal,
    interactive: terminal && process.stdin.isTTY && !argv.includes('--json'),
    // A pseudo-terminal may report 0.
    columns: process.stdout.columns || 80,
    color: (terminal || env.forceColor) && !env.noColor,
    unicode: !ascii && (env.unicode || env.ci),
    exit: (code) => {
      process.exitCode = code;
    },
  };
}

/** `belay help deploy` is `belay deploy --help`. */
function wordsOf(argv: readonly string[]): string[] {
  const words = argv.slice(2);
  if (words[0] === 'help' && words[1] !== undefined) return [words[1], '--help'];
  return words.length === 0 ? ['--help'] : words;
}

export async function main(argv: readonly string[]): Promise<void> {
  const cli = createCli(argv);
  const words = wordsOf(argv);
  const name = words.find((word) => !word.startsWith('-'));
  try {
    const program = await buildProgram(cli, name !== undefined && isCommand(name) ? name : undefined);
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version are no errors; what was typed wrongly has been said already.
      cli.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
    } else if (isProblem(error)) {
      if (cli.env.github) (await import('./render/github.ts')).reportProblemToGitHub(cli, error);
      printProblem(cli, error, { json: words.includes('--json') });
      cli.exit(error.exitCode);
    } else {
      printBug(cli, error);
      cli.exit(EXIT.bug);
    }
  }
}

/** `belay audit | head` closes our output early: that is no error. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

void main(process.argv);
