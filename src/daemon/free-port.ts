/** Tells before a start whether somebody else has the port: the application's own error would only be in its log. */
import { createServer } from 'node:net';
import { Problem } from '../core/errors.ts';
import { portHolder } from './process-table.ts';

/** The Problem of a port that is in use, with its holder where the kernel tells. */
export function portTaken(port: number, forWhat: string): Problem {
  const holder = portHolder(port);
  return new Problem('PORT_TAKEN', `Port ${port} is in use, so ${forWhat} cannot have it`, {
    why: holder ? `${holder} listens on it.` : 'Another process listens on it.',
    next: `ss -ltnp 'sport = :${port}'`,
    retry: 'after-change',
  });
}

/** @throws Problem PORT_TAKEN when any address of this machine has a listener on the port */
export async function expectFreePort(port: number, forWhat: string): Promise<void> {
  const error = (await tryBind(port, '::')) ?? null;
  const code =
    error?.code === 'EAFNOSUPPORT' || error?.code === 'EADDRNOTAVAIL'
      ? (await tryBind(port, '0.0.0.0'))?.code
      : error?.code;
  if (code === 'EADDRINUSE') throw portTaken(port, forWhat);
}

function tryBind(port: number, host: string): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(null)));
  });
}
