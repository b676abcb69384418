/** Shows a deployment while it runs, fed by notices only: a terminal redraws one line, CI gets stamped lines, programs get NDJSON. */
import type { Notice } from '../../core/runtime.ts';
import type { Cli } from '../cli.ts';
import { ActionsRenderer } from './actions-renderer.ts';
import type { Renderer } from './event-renderer.ts';
import { PlainRenderer } from './plain-renderer.ts';
import { TerminalRenderer } from './terminal-renderer.ts';

export type { Renderer } from './event-renderer.ts';

/** Every event as one line of JSON on standard output. */
class NdjsonRenderer implements Renderer {
  readonly #cli: Cli;

  constructor(cli: Cli) {
    this.#cli = cli;
  }

  notice(notice: Notice): void {
    if (notice.type === 'event') this.#cli.out(JSON.stringify(notice.event));
  }

  end(): void {}
}

const SILENT: Renderer = { notice: () => undefined, end: () => undefined };

export interface RenderOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

/** With `--json` only the result is printed; with `--watch` as well, the events before it. */
export function createRenderer(cli: Cli, options: RenderOptions): Renderer {
  if (options.json) return options.watch ? new NdjsonRenderer(cli) : SILENT;
  if (options.quiet) return SILENT;
  const verbose = options.verbose ?? false;
  if (cli.env.github) return new ActionsRenderer(cli);
  return cli.terminal ? new TerminalRenderer(cli, verbose) : new PlainRenderer(cli, verbose || cli.env.ci);
}
