/** Routes of an emulator: `POST /v1/projects/:id/pause`, most specific first as they are written. */
import type { EmulatorReply, EmulatorRequest } from './request.ts';

export type Handler = (request: EmulatorRequest) => EmulatorReply | Promise<EmulatorReply>;

/** By `METHOD /path/:name`; a last `*name` takes the rest of the path; the method `*` is any. */
export type Routes = Readonly<Record<string, Handler>>;

export interface Match {
  readonly handler: Handler;
  readonly params: Readonly<Record<string, string>>;
}

/** Looks a request up: the first route, in the order of the record, that fits. */
export function createLookup(routes: Routes): (method: string, path: string) => Match | null {
  const compiled = Object.entries(routes).map(([route, handler]) => {
    const [method = '*', path = ''] = route.split(' ');
    return { method, pattern: patternOf(path), handler };
  });
  return (method, path) => {
    for (const route of compiled) {
      if (route.method !== '*' && route.method !== method) continue;
      const found = route.pattern.exec(path);
      if (found) return { handler: route.handler, params: decoded(found.groups) };
    }
    return null;
  };
}

function patternOf(path: string): RegExp {
  const source = path
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/:(\w+)/g, '(?<$1>[^/]+)')
    .replace(/\*(\w+)$/, '(?<$1>.*)');
  return new RegExp(`^${source}/?$`);
}

function decoded(groups: Record<string, string> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]));
}
