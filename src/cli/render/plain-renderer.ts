/** For logs: stamped lines; what runs is said again at least every 30 s. */
import { describeHolder } from '../../core/lease.ts';
import type { Notice } from '../../core/runtime.ts';
import { EventRenderer } from './event-renderer.ts';
import { plainText, shape } from './shape.ts';

/** Without a terminal nobody may wonder for longer than this whether it still runs. */
const HEARTBEAT_MS = 30_000;

export class PlainRenderer extends EventRenderer {
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
