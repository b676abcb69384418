/** Starts one of the programs beside this file as a process of its own and follows what it says, line by line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const LIMIT_MS = 60_000;

export interface Program {
  readonly pid: number;
  readonly lines: readonly string[];
  /** Resolves with the first line, from now or before, that starts with `start`; rejects when the program ends without. */
  said(start: string): Promise<string>;
  tell(line: string): void;
  signal(name: NodeJS.Signals): void;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly errors: () => string;
}

/** @param before a program that runs this one, as `strace` with its options */
export function start(name: string, args: readonly unknown[], before: readonly string[] = []): Program {
  const file = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));
  const argv = [
    ...before,
    process.execPath,
    '--import',
    'jiti/register',
    file,
    ...args.map((arg) => JSON.stringify(arg)),
  ];
  const child: ChildProcess = spawn(argv[0] ?? '', argv.slice(1), { stdio: 'pipe' });
  const lines: string[] = [];
  let errors = '';
  let look = (): void => undefined;
  child.stderr?.on('data', (text: Buffer) => (errors += text.toString()));
  // A program that is already dead cannot be told anything; its end is seen below.
  child.stdin?.on('error', () => undefined);
  const reader = createInterface({ input: child.stdout ?? process.stdin });
  reader.on('line', (line) => {
    lines.push(line);
    look();
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const ended = Promise.all([once(child, 'exit'), once(reader, 'close')]).then(([[code, signal]]) => {
    clearTimeout(timer);
    return (code ?? signal) as number | NodeJS.Signals;
  });
  return {
    pid: child.pid ?? 0,
    lines,
    ended,
    errors: () => errors,
    tell: (line) => child.stdin?.write(`${line}\n`),
    signal: (signal) => child.kill(signal),
    said(beginning) {
      return new Promise((resolve, reject) => {
        look = () => {
          const line = lines.find((one) => one.startsWith(beginning));
          if (line !== undefined) resolve(line);
        };
        look();
        ended.then((code) => reject(new Error(`${name} ended (${code}) without "${beginning}": ${errors}`)), reject);
      });
    },
  };
}

/** What the lines that start with `word` say after it. */
export function after(program: Program, word: string): string[] {
  return program.lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
}
