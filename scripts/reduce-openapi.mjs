// node scripts/reduce-openapi.mjs VERCEL_SPEC GITHUB_SPEC: writes test/fixtures/{vercel,github}-openapi.json, the shapes of the
// successful answers that the emulators give, without prose. Sources: https://openapi.vercel.sh (Apache-2.0) and
// api.github.com.json of @octokit/openapi (MIT).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/run.mjs';

const VERCEL = [
  'GET /v2/user',
  'GET /v2/teams',
  'GET /v2/teams/{teamId}',
  'POST /v2/files',
  'POST /v13/deployments',
  'GET /v13/deployments/{idOrUrl}',
  'DELETE /v13/deployments/{id}',
  'PATCH /v12/deployments/{id}/cancel',
  'GET /v6/deployments',
  'GET /v3/deployments/{idOrUrl}/events',
  'GET /v2/deployments/{id}/aliases',
  'POST /v2/deployments/{id}/aliases',
  'GET /v4/aliases',
  'DELETE /v2/aliases/{aliasId}',
  'GET /v10/projects',
  'POST /v11/projects',
  'GET /v9/projects/{idOrName}',
  'PATCH /v9/projects/{idOrName}',
  'GET /v10/projects/{idOrName}/env',
  'POST /v10/projects/{idOrName}/env',
  'PATCH /v9/projects/{idOrName}/env/{id}',
  'DELETE /v9/projects/{idOrName}/env/{id}',
  'PATCH /v1/projects/{idOrName}/protection-bypass',
  'GET /v1/projects/{projectId}/promote/aliases',
  'GET /v1/projects/{idOrName}/rolling-release',
  'GET /v1/projects/{idOrName}/rolling-release/billing',
  'GET /v1/projects/{idOrName}/rolling-release/config',
  'POST /v1/projects/{idOrName}/rolling-release/approve-stage',
  'POST /v1/projects/{idOrName}/rolling-release/complete',
  'POST /v1/edge-config',
  'GET /v1/edge-config',
  'PATCH /v1/edge-config/{edgeConfigId}/items',
  'GET /v1/edge-config/{edgeConfigId}/item/{edgeConfigItemKey}',
];
const REPO = '/repos/{owner}/{repo}';
const GITHUB = [
  `GET ${REPO}`,
  `GET ${REPO}/deployments`,
  `POST ${REPO}/deployments`,
  `GET ${REPO}/deployments/{deployment_id}`,
  `GET ${REPO}/deployments/{deployment_id}/statuses`,
  `POST ${REPO}/deployments/{deployment_id}/statuses`,
  `GET ${REPO}/environments`,
  `GET ${REPO}/environments/{environment_name}`,
  `PUT ${REPO}/environments/{environment_name}`,
  `GET ${REPO}/compare/{basehead}`,
  `GET ${REPO}/commits/{ref}`,
  `GET ${REPO}/commits/{ref}/status`,
  `GET ${REPO}/commits/{ref}/statuses`,
  `POST ${REPO}/statuses/{sha}`,
  `GET ${REPO}/commits/{ref}/check-runs`,
  `POST ${REPO}/check-runs`,
  `PATCH ${REPO}/check-runs/{check_run_id}`,
  `GET ${REPO}/check-runs/{check_run_id}/annotations`,
  `GET ${REPO}/actions/runs`,
  `GET ${REPO}/actions/runs/{run_id}`,
];
const PROSE = new Set([
  'description',
  'example',
  'examples',
  'title',
  'externalDocs',
  'deprecated',
  'default',
  'x-speakeasy-name-override',
]);

/** JSON Schema of what OpenAPI 3.0 writes in its own way; prose is left out. `within`: the value is a map of names, not a schema. */
function plain(value, within = false) {
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(
    ([key, item]) => within || !PROSE.has(key) || (key === 'title' && typeof item === 'object'),
  );
  const made = Object.fromEntries(entries.map(([key, item]) => [key, plain(item, key === 'properties' && !within)]));
  if (within) return made;
  if (Array.isArray(made.enum)) made.enum = [...new Set(made.enum)];
  // Alternatives overlap in both descriptions (a whole deployment is also a public one): one that fits is enough.
  const { nullable, oneOf, ...rest } = made;
  const schema = oneOf === undefined ? rest : { ...rest, anyOf: oneOf };
  if (nullable !== true) return schema;
  return { anyOf: [schema, { type: 'null' }] };
}

function reduce(file, operations, licence) {
  const spec = JSON.parse(readFileSync(file, 'utf8'));
  const answers = {};
  for (const operation of operations) {
    const [method, path] = operation.split(' ');
    const found = spec.paths[path]?.[method.toLowerCase()];
    if (!found) throw new Error(`${file} has no ${operation}`);
    for (const [status, answer] of Object.entries(found.responses)) {
      const schema = answer.content?.['application/json']?.schema;
      if (status.startsWith('2') && schema) answers[`${operation} ${status}`] = plain(schema);
    }
  }
  return { licence, version: spec.info.version, answers, components: { schemas: reached(spec, answers) } };
}

/** The named schemas that the answers refer to, directly or not. */
function reached(spec, answers) {
  const kept = {};
  const follow = (text) => {
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (name in kept) continue;
      kept[name] = plain(spec.components.schemas[name]);
      follow(JSON.stringify(kept[name]));
    }
  };
  follow(JSON.stringify(answers));
  return kept;
}

const [vercel, github] = process.argv.slice(2);
if (!vercel || !github) {
  console.error('node scripts/reduce-openapi.mjs VERCEL_SPEC GITHUB_SPEC');
  process.exit(2);
}
const write = (name, made) => writeFileSync(join(root, 'test/fixtures', name), `${JSON.stringify(made)}\n`);
write('vercel-openapi.json', reduce(vercel, VERCEL, 'Apache-2.0, Vercel Inc., https://openapi.vercel.sh'));
write('github-openapi.json', reduce(github, GITHUB, 'MIT, GitHub, https://github.com/github/rest-api-description'));
