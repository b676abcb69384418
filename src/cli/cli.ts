/** What every command works with: where it prints, what it may ask of the terminal, and how it opens the project. */
import type { Command } from 'commander';
import type { Environment as Surroundings } from '../config/environment.ts';
import type { ExitCode } from '../core/errors.ts';

export interface Cli {
  /** Data, for people or programs: standard output. */
  out(text: string): void;
  /** Progress and errors: standard error. */
  err(text: string): void;
  readonly env: Surroundings;
  readonly cwd: string;
  readonly version: string;
  /** How this very program was started: node, script. */
  readonly argv: readonly string[];
  /** Progress goes to a terminal that can redraw a line. */
  readonly terminal: boolean;
  /** A person can be asked. */
  readonly interactive: boolean;
  readonly columns: number;
  readonly color: boolean;
  readonly unicode: boolean;
  exit(code: ExitCode): void;
}

/** A command's file exports one of these; it is loaded only when the command is used. */
export type BuildCommand = (cli: Cli) => Command;

/** Options that most commands take. */
export interface CommonOptions {
  readonly env?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly ascii?: boolean;
  readonly allowLocalStoreInCi?: boolean;
}
