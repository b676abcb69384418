/** Finds a port for a release. Between looking and starting another program may take it: the probe then says so. */
import { createServer } from 'node:net';
import { Problem } from '../../core/errors.ts';
import type { PortRange } from './options.ts';

const HOST = '127.0.0.1';

/** The port when it can be listened on (0: one the system chooses), else null. */
async function tryPort(port: number): Promise<number | null> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
      else reject(error);
    });
    server.listen({ host: HOST, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : null));
    });
  });
}

/** @throws Problem PORT_TAKEN when no port of the range is free. `reserved` are ports that others are about to use. */
export async function choosePort(range: PortRange | undefined, reserved: ReadonlySet<number>): Promise<number> {
  if (!range) {
    const port = await tryPort(0);
    if (port !== null) return reserved.has(port) ? choosePort(range, reserved) : port;
    throw new Problem('PORT_TAKEN', 'The system has no free port for the release', { retry: 'later' });
  }
  for (let port = range.from; port <= range.to; port += 1) {
    if (!reserved.has(port) && (await tryPort(port)) !== null) return port;
  }
  throw new Problem('PORT_TAKEN', `No port from ${range.from} to ${range.to} is free for the release`, {
    why: 'other programs or kept releases use all of them',
    next: `ss -ltnp 'sport >= :${range.from} and sport <= :${range.to}'`,
    retry: 'after-change',
  });
}
