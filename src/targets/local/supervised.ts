/** The application as the daemon sees it: what every verb of this target looks at before it acts. */
import { Problem } from '../../core/errors.ts';
import type { ReleaseRef } from '../../core/release.ts';
import type { AppState, DaemonClient, ProcessState } from '../../daemon/protocol.ts';
import { daemonApp, type LocalSetup } from './options.ts';

export interface Supervised {
  readonly name: string;
  readonly client: DaemonClient;
  /** Null while the daemon has never heard of the application. */
  readonly state: AppState | null;
}

export async function supervised(setup: LocalSetup): Promise<Supervised> {
  const name = daemonApp(setup);
  const client = await setup.daemon();
  return { name, client, state: await client.app(name) };
}

export function processOf(state: AppState | null, release: string): ProcessState | null {
  return state?.processes.find((process) => process.release === release) ?? null;
}

export function isUp(state: AppState | null, release: string): boolean {
  return processOf(state, release)?.state === 'running';
}

export function shareOf(state: AppState | null, release: string): number {
  return state?.table.shares[release] ?? 0;
}

/** The release that most requests go to, the older one of equals; null when that one does not run: then nothing serves. */
export function liveRelease(state: AppState | null): string | null {
  const releases = state?.table.backends.map(({ release }) => release) ?? [];
  const [first] = releases.toSorted((a, b) => shareOf(state, b) - shareOf(state, a));
  return first !== undefined && shareOf(state, first) > 0 && isUp(state, first) ? first : null;
}

/** Traffic never moves to a release that cannot answer. @throws Problem TARGET_FAILED */
export function requireUp(state: AppState | null, release: string): void {
  if (isUp(state, release)) return;
  throw new Problem('TARGET_FAILED', `Release ${release} cannot take traffic`, {
    why: `its process is ${processOf(state, release)?.state ?? 'not started'}`,
    next: 'belay status',
  });
}

export function publicUrl(listen: { readonly host: string; readonly port: number }): string {
  const host = listen.host === '0.0.0.0' || listen.host === '::' ? '127.0.0.1' : listen.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${listen.port}`;
}

export function liveRef(release: string, state: AppState | null, commit: string | undefined): ReleaseRef {
  return {
    id: release,
    ...(state?.listen ? { url: publicUrl(state.listen) } : {}),
    ...(commit === undefined ? {} : { commit }),
  };
}
