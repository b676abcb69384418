/** A folder with the source of one release, in which the user's own commands install and build. Shared by targets that build here. */
import { join } from 'node:path';

/** A git work tree, or a folder in one (then only that folder is shipped); or a plain folder. Absolute paths. */
export type CheckoutSource = { readonly repository: string } | { readonly directory: string };

export interface Checkout {
  readonly id: string;
  readonly path: string;
  /** Where the source is. */
  readonly tree: string;
  readonly buildLog: string;
  /** Names the process group of the command that runs now. */
  readonly command: string;
}

export interface InstallOptions {
  /** Run by `sh -c` in the tree. */
  readonly install?: string;
  /** May hold secrets: never shown, never in arguments. */
  readonly env: Readonly<Record<string, string>>;
  readonly installLimitMs: number;
}

export function checkoutIn(path: string, id: string): Checkout {
  return { id, path, tree: join(path, 'tree'), buildLog: join(path, 'build.log'), command: join(path, 'command.json') };
}
