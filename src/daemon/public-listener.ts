/** The application's public port: opened once, and opened again after the daemon's own restart whatever it takes. */
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
  /** Tries until the port is free: there is nobody to tell. */
  reopen(address: PublicAddress): void;
  /** No new connections; open requests go on. */
  close(): void;
}

const TRY_AGAIN_MS = 1_000;

export function createPublicListener(server: Server, say: (line: string) => void): PublicListener {
  let timer: NodeJS.Timeout | undefined;
  let current: PublicAddress | null = null;

  async function open(address: PublicAddress): Promise<void> {
    if (current?.host === address.host && current.port === address.port && server.listening) return;
    clearTimeout(timer);
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

  function reopen(address: PublicAddress): void {
    open(address).catch((error: unknown) => {
      say(
        `cannot listen on ${address.host}:${address.port}: ${error instanceof Error ? error.message : String(error)}`,
      );
      timer = setTimeout(reopen, TRY_AGAIN_MS, address);
    });
  }

  return {
    open,
    reopen,
    close() {
      clearTimeout(timer);
      if (server.listening) server.close();
      server.closeIdleConnections();
    },
  };
}
