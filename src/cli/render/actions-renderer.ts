/** For the log of GitHub Actions: stamped lines, and what the commands of a step print folded away under it. */
import type { Notice } from '../../core/runtime.ts';
import type { Cli } from '../cli.ts';
import { stepName } from '../../core/event-words.ts';
import { PlainRenderer } from './plain-renderer.ts';
import { GROUP_END, groupLine } from './workflow-commands.ts';

/** Groups cannot overlap, and steps can: one is shown as it speaks, what others say is kept until there is room. */
export class ActionsRenderer extends PlainRenderer {
  #shown: string | null = null;
  readonly #kept = new Map<string, string[]>();

  constructor(cli: Cli) {
    super(cli, true);
  }

  override notice(notice: Notice): void {
    if (notice.type === 'output') return this.#output(notice.step, notice.line);
    if (notice.type === 'event') {
      const { event } = notice;
      if (event.kind === 'step.done' || event.kind === 'step.failed') this.#ended(event.data.step);
    }
    super.notice(notice);
  }

  /** A line of ours is never folded away: it must be seen by whoever only skims the log. */
  protected override line(text: string): void {
    this.#close();
    super.line(text);
  }

  override end(): void {
    for (const step of this.#kept.keys()) this.#ended(step);
    this.#close();
    super.end();
  }

  #output(step: string, line: string): void {
    if (this.#shown === null) this.#open(step);
    if (this.#shown === step) super.line(`      ${line}`);
    else this.#kept.set(step, [...(this.#kept.get(step) ?? []), line]);
  }

  #ended(step: string): void {
    if (this.#shown === step) this.#close();
    if (!this.#kept.has(step)) return;
    this.#close();
    this.#open(step);
    this.#close();
  }

  #open(step: string): void {
    this.cli.err(groupLine(stepName(step)));
    for (const line of this.#kept.get(step) ?? []) super.line(`      ${line}`);
    this.#kept.delete(step);
    this.#shown = step;
  }

  #close(): void {
    if (this.#shown !== null) this.cli.err(GROUP_END);
    this.#shown = null;
  }
}
