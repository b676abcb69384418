/** A project's environment variables. They reach a deployment when it is created, never later. */
import { z } from 'zod';
import type { Routes } from '../../http/routes.ts';
import type { EmulatorRequest } from '../../http/request.ts';
import { id } from '../ids.ts';
import type { EnvVariable, Project } from '../model.ts';
import { notFound, Refusal } from '../refusal.ts';
import { showVariable } from '../show-project.ts';
import { projectOf, type World } from '../world.ts';
import { readBody, versions } from './read-body.ts';

const Target = z.enum(['production', 'preview', 'development']);
const Variable = z.object({
  key: z.string().regex(/^[A-Za-z_]\w*$/, 'should be a name'),
  value: z.string(),
  type: z.enum(['system', 'encrypted', 'plain', 'sensitive']),
  target: z.union([Target, z.array(Target)]).optional(),
  customEnvironmentIds: z.array(z.string()).optional(),
});
type Variable = z.infer<typeof Variable>;
const Change = Variable.partial();

export function envRoutes(world: World): Routes {
  const project = ({ params }: EmulatorRequest) => projectOf(world, params['project']);
  const variable = (request: EmulatorRequest) => {
    const found = project(request).env.find((each) => each.id === request.params['env']);
    if (!found) throw notFound('environment variable');
    return found;
  };
  return {
    ...versions('GET', ['/v10', '/v9', '/v8'], '/projects/:project/env', (request) => ({
      json: listed(list(project(request), request)),
    })),
    ...versions('POST', ['/v10', '/v9'], '/projects/:project/env', async (request) => {
      const body = await readBody(request, z.union([Variable, z.array(Variable)]));
      return { status: 201, json: create(project(request), body, request.query.get('upsert') === 'true') };
    }),
    'GET /v1/projects/:project/env/:env': (request) => ({ json: showVariable(variable(request), true) }),
    ...versions('PATCH', ['/v9', '/v10'], '/projects/:project/env/:env', async (request) => {
      const before = variable(request);
      const after = merged(before, await readBody(request, Change));
      project(request).env = project(request).env.map((each) => (each === before ? after : each));
      return { json: showVariable(after, true) };
    }),
    ...versions('DELETE', ['/v9', '/v10'], '/projects/:project/env/:env', (request) => {
      const gone = variable(request);
      project(request).env = project(request).env.filter((each) => each !== gone);
      return { json: showVariable(gone, false) };
    }),
  };
}

const listed = <T>(envs: readonly T[]) => ({ envs, pagination: { count: envs.length, next: null, prev: null } });

function list({ env }: Project, { query }: EmulatorRequest) {
  const decrypt = query.get('decrypt') === 'true';
  const custom = query.get('customEnvironmentId');
  return env
    .filter(({ customEnvironmentIds }) => custom === null || customEnvironmentIds.includes(custom))
    .map((each) => showVariable(each, decrypt));
}

function create(project: Project, body: Variable | readonly Variable[], upsert: boolean) {
  const many: readonly Variable[] = Array.isArray(body) ? body : [body as Variable];
  const created = [];
  const failed = [];
  for (const one of many) {
    const made = add(project, one, upsert);
    if ('error' in made) failed.push(made);
    else created.push(showVariable(made, true));
  }
  const [first] = failed;
  if (!Array.isArray(body) && first) throw new Refusal(400, first.error.code, first.error.message, first.error);
  return { created: Array.isArray(body) ? created : created[0], failed };
}

function add(project: Project, { target = [], customEnvironmentIds = [], ...rest }: Variable, upsert: boolean) {
  const targets = [target].flat();
  if (rest.type === 'sensitive' && targets.includes('development')) {
    return {
      error: { code: 'BAD_REQUEST', key: rest.key, message: 'A sensitive variable cannot have the target development' },
    };
  }
  const rival = project.env.find(
    ({ key, ...other }) =>
      key === rest.key &&
      (other.target.some((each) => targets.some((own) => own === each)) ||
        other.customEnvironmentIds.some((each) => customEnvironmentIds.includes(each))),
  );
  if (rival && !upsert) {
    const message = `A variable with the name \`${rest.key}\` already exists for the target ${targets.join(',')}`;
    return { error: { code: 'ENV_CONFLICT', key: rest.key, target: targets, envVarId: rival.id, message } };
  }
  const now = Date.now();
  const made: EnvVariable = {
    ...rest,
    id: rival?.id ?? id('', 16),
    target: targets,
    customEnvironmentIds,
    createdAt: rival?.createdAt ?? now,
    updatedAt: now,
  };
  project.env = [...project.env.filter((each) => each !== rival), made];
  return made;
}

function merged(before: EnvVariable, change: z.infer<typeof Change>): EnvVariable {
  return {
    ...before,
    key: change.key ?? before.key,
    value: change.value ?? before.value,
    type: change.type ?? before.type,
    target: change.target === undefined ? before.target : [change.target].flat(),
    customEnvironmentIds: change.customEnvironmentIds ?? before.customEnvironmentIds,
    updatedAt: Date.now(),
  };
}
