/** From notices to lines; how a line is shown is left to the screen. */
import type { JournalEvent } from '../../core/events.ts';
import { describeHolder } from '../../core/lease.ts';
import type { Notice } from '../../core/runtime.ts';
import { formatDuration } from '../../util/duration.ts';
import type { Cli } from '../cli.ts';
import { describeEvent, headline, stepName } from '../../core/event-words.ts';
import { layoutLine } from './layout.ts';
import { paint, plainText, shape } from './shape.ts';

export interface Renderer {
  notice(notice: Notice): void;
  /** Takes the live line away; call it before printing anything else. */
  end(): void;
}

export abstract class EventRenderer implements Renderer {
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
