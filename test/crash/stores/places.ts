/** The stores that the crash tests run against: a file, and a schema of a real server where Postgres is installed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresInstalled, type RunningPostgres, startPostgres } from '../../support/postgres.ts';
import { openAt, type Location } from './subject.ts';

export const ENGINES: readonly ('sqlite' | 'postgres')[] = postgresInstalled() ? ['sqlite', 'postgres'] : ['sqlite'];

export class Places {
  readonly folder = mkdtempSync(join(tmpdir(), 'belay-crash-'));
  #server: RunningPostgres | null = null;
  #count = 0;

  /** An empty store, its tables made. */
  async make(engine: (typeof ENGINES)[number]): Promise<Location> {
    const location = await this.reserve(engine);
    await (await openAt(location)).close();
    return location;
  }

  /** Where nobody has opened a store yet. */
  async reserve(engine: (typeof ENGINES)[number]): Promise<Location> {
    this.#count += 1;
    const name = `crash_${this.#count}`;
    return engine === 'sqlite' ? { path: join(this.folder, name, 'history.db') } : this.#schema(name);
  }

  async #schema(name: string): Promise<Location> {
    this.#server ??= await startPostgres();
    return { url: this.#server.url, schema: name };
  }

  get server(): RunningPostgres {
    if (this.#server === null) throw new Error('no Postgres is running');
    return this.#server;
  }

  async close(): Promise<void> {
    await this.#server?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
