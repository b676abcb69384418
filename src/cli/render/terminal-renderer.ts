/** For a person at a terminal: one line that changes in place, above it the lines of what has ended. */
import { formatDuration } from '../../util/duration.ts';
import { EventRenderer } from './event-renderer.ts';
import { cut } from './layout.ts';
import { plainText, shape } from './shape.ts';

const REDRAW_MS = 120;

export class TerminalRenderer extends EventRenderer {
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
