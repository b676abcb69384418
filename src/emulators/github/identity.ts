/** Tokens of identity as a job of GitHub Actions gets them: signed, with the claims of that job. */
import { createSign, generateKeyPairSync } from 'node:crypto';
import type { EmulatorRequest } from '../http/request.ts';
import type { Routes } from '../http/routes.ts';
import { Refusal } from './refusal.ts';
import type { World } from './world.ts';

const KEY_ID = 'belay-emulator';
const LIFE_S = 300;

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** `requestToken` is what a job finds in ACTIONS_ID_TOKEN_REQUEST_TOKEN. */
export function identityRoutes(world: World, requestToken: string): Routes {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const sign = (claims: Readonly<Record<string, unknown>>): string => {
    const text = `${encoded({ alg: 'RS256', typ: 'JWT', kid: KEY_ID })}.${encoded(claims)}`;
    return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey).toString('base64url')}`;
  };
  return {
    'GET /actions/id-token': (request) => {
      if (request.headers.authorization !== `Bearer ${requestToken}`) throw new Refusal(401, 'Unauthorized');
      const value = sign(claimsOf(world, request));
      return { json: { count: value.length, value } };
    },
    'GET /.well-known/openid-configuration': () => ({
      json: { issuer: world.url, jwks_uri: `${world.url}/.well-known/jwks` },
    }),
    'GET /.well-known/jwks': () => ({
      json: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' }] },
    }),
  };
}

function claimsOf({ url, owner, repo, defaultBranch }: World, { query }: EmulatorRequest) {
  const now = Math.floor(Date.now() / 1_000);
  const environment = query.get('environment') ?? 'production';
  return {
    iss: url,
    aud: query.get('audience') ?? `https://github.com/${owner}`,
    sub: `repo:${owner}/${repo}:environment:${environment}`,
    iat: now,
    nbf: now,
    exp: now + LIFE_S,
    repository: `${owner}/${repo}`,
    repository_owner: owner,
    environment,
    ref: `refs/heads/${defaultBranch}`,
    actor: 'belay[bot]',
    event_name: 'workflow_dispatch',
    run_id: '1',
    run_attempt: '1',
    job_workflow_ref: `${owner}/${repo}/.github/workflows/deploy.yml@refs/heads/${defaultBranch}`,
  };
}
