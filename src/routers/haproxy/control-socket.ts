/** One line of commands to a running HAProxy, and its answer. */
import { connect } from 'node:net';
import { Problem } from '../../core/errors.ts';

const LIMIT_MS = 5_000;

/** @throws Problem TARGET_UNREACHABLE; `unknown` when the line was sent and no answer came */
export function tell(socket: string, ...commands: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let sent = false;
    const wire = connect(socket, () => {
      sent = true;
      wire.write(`${commands.join(';')}\n`);
    });
    wire.setTimeout(LIMIT_MS, () => wire.destroy(new Error(`no answer within ${LIMIT_MS / 1_000} s`)));
    wire.on('data', (part) => parts.push(part));
    wire.once('end', () => resolve(Buffer.concat(parts).toString('utf8')));
    wire.once('error', (error) => reject(unreachable(socket, error, sent)));
  });
}

export function unreachable(socket: string, cause: Error, sent = false): Problem {
  return new Problem('TARGET_UNREACHABLE', 'HAProxy does not answer on its socket', {
    why: `${socket}: ${cause.message}`,
    next: 'belay doctor',
    retry: 'later',
    unknown: sent,
    cause,
  });
}

/** A table as HAProxy prints it: a head behind `#`, then rows. */
export function parseRows(text: string, separator: string): readonly Readonly<Record<string, string>>[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const head = lines.findIndex((line) => line.startsWith('# '));
  const names = lines[head]?.slice(2).split(separator) ?? [];
  return lines
    .slice(head + 1)
    .map((line) => Object.fromEntries(line.split(separator).map((cell, index) => [names[index] ?? '', cell])));
}
