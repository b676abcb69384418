/** Which Convex deployment a key belongs to: its address, and the key that its endpoints take. */
import { Problem } from '../../core/errors.ts';
import { createHttp } from '../../util/http.ts';
import { toProblem } from './problems.ts';

/** A deployment of one's own by address and admin key, or one in the cloud by its deploy key. */
export type ConvexAccess =
  | { readonly url: string; readonly adminKey: string }
  | { readonly deployKey: string; readonly provision: string };

export interface ConvexAddress {
  readonly url: string;
  readonly adminKey: string;
}

export const PROVISION = 'https://api.convex.dev';

export type KeyKind = 'production' | 'development' | 'preview' | 'preview-project' | 'project' | 'admin';

/** What a key says of itself, before anybody is asked. Keys look like `prod:name|secret`. */
export function kindOfKey(key: string): KeyKind {
  const kind = key.split('|')[0]?.split(':') ?? [];
  if (kind[0] === 'prod') return 'production';
  if (kind[0] === 'dev') return 'development';
  if (kind[0] === 'preview') return kind.length > 2 ? 'preview-project' : 'preview';
  return kind[0] === 'project' ? 'project' : 'admin';
}

/** @throws Problem TARGET_UNREACHABLE, CONFIG_INVALID */
export async function addressOf(access: ConvexAccess, signal?: AbortSignal): Promise<ConvexAddress> {
  if ('url' in access) return { url: access.url.replace(/\/$/, ''), adminKey: access.adminKey };
  const { deployKey, provision } = access;
  const kind = kindOfKey(deployKey);
  if (kind === 'preview-project' || kind === 'project') {
    throw new Problem('CONFIG_INVALID', 'The deploy key belongs to a project, not to one deployment', {
      why: 'it would not be said which deployment is meant',
      next: 'create a deploy key of the deployment itself in its dashboard',
      retry: 'after-change',
    });
  }
  const http = createHttp({
    base: provision,
    name: 'Convex',
    headers: { authorization: `Bearer ${deployKey}`, 'convex-client': CLIENT },
  });
  try {
    const request = { body: { deployKey }, idempotent: true, ...(signal ? { signal } : {}) };
    const url = await http.json<string>('POST', '/api/deployment/url_for_key', request);
    return { url: url.replace(/\/$/, ''), adminKey: deployKey };
  } catch (error) {
    throw toProblem(error, 'the question whose key this is', 'Convex');
  }
}

/** How we name ourselves: the protocol of this version of the vendor's command line is what we speak. */
export const CLIENT = 'npm-cli-1.48.0';
