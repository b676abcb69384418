/** Shows a deployment while it runs, fed by notices only: a terminal redraws one line, CI gets stamped lines, programs get NDJSON. */
import type { JournalEvent } from '../../core/events.ts';
import type { Notice } from '../../core/runtime.ts';
import { describeHolder } from '../../core/lease.ts';
import { formatDuration } from '../../util/duration.ts';
import type { Cli } from '../cli.ts';
import { describeEvent, headline, stepName } from './describe.ts';
import { cut, layoutLine } from './layout.ts';
import { paint, plainText, shape } from './shape.ts';

export interface Renderer {
  notice(notice: Notice): void;
  /** Takes the live line away; call it before printing anything else. */
  end(): void;
}

/** Without a terminal nobody may wonder for longer than this whether it still runs. */
const HEARTBEAT_MS = 30_000;
const REDRAW_MS = 120;

abstract class EventRenderer implements Renderer {
  protected readonly cli: Cli;
  readonly #verbose: boolean;

  constructor(cli: Cli, verbose: boolean) {
    this.cli = cli;
    this.#verbose = verbose;
  }

  protected abstract line(text: string): void;
  protected abstract running(text: string): void;
  abstract end(): void;

  notice(notice: Notice): void {
    switch (notice.type) {
      case 'event':
        return this.#event(notice.event);
      case 'output':
        return this.#verbose
          ? this.line(paint(this.cli, 'gray', `      ${notice.line}`))
          : this.running(`${notice.step}  ${notice.line}`);
      case 'progress':
        return this.running(`${stepName(notice.step)}  ${notice.text}`);
      case 'waiting':
        return this.running(
          `waiting for the lock: ${describeHolder(notice.lease)} · ${formatDuration(notice.waitedMs)}`,
        );
      case 'note':
        return this.line(`  ${shape(this.cli, 'none')} ${plainText(this.cli, notice.text)}`);
    }
  }

  #event(event: JournalEvent): void {
    if (event.kind === 'deployment.planned') this.line(paint(this.cli, 'bold', plainText(this.cli, headline(event))));
    if (event.kind === 'step.intended') this.running(stepName(event.data.step));
    const described = describeEvent(event);
    if (!described) return;
    // Whoever saw the output go by needs it no second time.
    const shown = this.#verbose ? { ...described, details: [] } : described;
    this.line(layoutLine(this.cli, shown, this.cli.columns));
  }
}

/** One line that changes in place, above it the lines of what has ended. */
class TerminalRenderer extends EventRenderer {
  #live = '';
  #drawn = false;
  #since = performance.now();
  readonly #timer = setInterval(() => this.#draw(), REDRAW_MS).unref();

  protected line(text: string): void {
    this.#erase();
    this.cli.err(text);
    this.#since = performance.now();
  }

  protected running(text: string): void {
    if (text.split('  ')[0] !== this.#live.split('  ')[0]) this.#since = performance.now();
    this.#live = text;
  }

  #erase(): void {
    if (this.#drawn) process.stderr.write('\r\u001b[K');
    this.#drawn = false;
  }

  #draw(): void {
    if (this.#live === '') return;
    const elapsed = formatDuration(performance.now() - this.#since);
    const text = cut(plainText(this.cli, this.#live.replaceAll('\t', ' ')), this.cli.columns - elapsed.length - 8);
    process.stderr.write(`\r\u001b[K  ${shape(this.cli, 'progress')} ${text}  ${elapsed}`);
    this.#drawn = true;
  }

  end(): void {
    clearInterval(this.#timer);
    this.#erase();
    this.#live = '';
  }
}

/** Stamped lines; what runs is said again at least every 30 s. */
class PlainRenderer extends EventRenderer {
  #live = '';
  #waitsFor: string | null = null;
  #spokeAt = performance.now();
  readonly #timer = setInterval(() => this.#beat(), HEARTBEAT_MS / 6).unref();

  protected line(text: string): void {
    this.#spokeAt = performance.now();
    const stamp = new Date().toISOString().slice(11, 19);
    for (const part of text.split('\n')) this.cli.err(`${stamp} ${part}`);
  }

  protected running(text: string): void {
    this.#live = text;
  }

  /** Who waits in a CI log is told for whom at once, not with the first heartbeat. */
  override notice(notice: Notice): void {
    if (notice.type === 'waiting' && notice.lease.nonce !== this.#waitsFor) {
      this.#waitsFor = notice.lease.nonce;
      this.line(`  ${shape(this.cli, 'locked')} waiting for the lock: ${describeHolder(notice.lease)}`);
    }
    super.notice(notice);
  }

  #beat(): void {
    if (performance.now() - this.#spokeAt < HEARTBEAT_MS || this.#live === '') return;
    this.line(`  ${shape(this.cli, 'progress')} ${plainText(this.cli, this.#live)}`);
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

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
  return cli.terminal ? new TerminalRenderer(cli, verbose) : new PlainRenderer(cli, verbose || cli.env.ci);
}
