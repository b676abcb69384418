/** The application's public port, where a server of our own listens. */
import type { Server } from 'node:http';
import { once } from 'node:events';
import { expectFreePort, portTaken } from './free-port.ts';

export interface PublicAddress {
  readonly host: string;
  readonly port: number;
}

export interface PublicListener {
  /** @throws Problem PORT_TAKEN */
  open(address: PublicAddress): Promise<void>;
  /** No new connections; open requests go on. */
  close(): void;
}

export function createPublicListener(server: Server): PublicListener {
  let current: PublicAddress | null = null;

  async function open(address: PublicAddress): Promise<void> {
    if (current?.host === address.host && current.port === address.port && server.listening) return;
    if (server.listening) {
      if (current?.port !== address.port) await expectFreePort(address.port, 'the application');
      server.close();
    }
    server.listen({ host: address.host, port: address.port });
    try {
      await once(server, 'listening');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw portTaken(address.port, 'the application');
      throw error;
    }
    current = address;
  }

  return {
    open,
    close() {
      if (server.listening) server.close();
      server.closeIdleConnections();
    },
  };
}
