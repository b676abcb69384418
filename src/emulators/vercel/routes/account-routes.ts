/** Who asks: user and team. */
import type { Routes } from '../../http/routes.ts';
import { notFound } from '../refusal.ts';
import type { World } from '../world.ts';
import { versions } from './read-body.ts';

export function accountRoutes(world: World): Routes {
  return {
    'GET /v2/user': () => ({ json: { user: user(world) } }),
    ...versions('GET', ['/v2', ''], '/teams/:team', ({ params }) => {
      if (params['team'] !== world.team.id && params['team'] !== world.team.slug) throw notFound('team');
      return { json: team(world) };
    }),
    ...versions('GET', ['/v2', '/v1', ''], '/teams', () => ({
      json: { teams: [team(world)], pagination: { count: 1, next: null, prev: null } },
    })),
  };
}

function user({ user: { uid, username, email }, team: { id }, startedAt }: World) {
  return {
    id: uid,
    email,
    username,
    name: username,
    avatar: null,
    defaultTeamId: id,
    version: 'northstar',
    createdAt: startedAt,
    softBlock: null,
    billing: null,
    resourceConfig: {},
    stagingPrefix: username,
    hasTrialAvailable: false,
  };
}

function team({ team: { id, slug, name }, user: { uid }, startedAt, plan }: World) {
  return {
    id,
    slug,
    name,
    avatar: null,
    creatorId: uid,
    createdAt: startedAt,
    updatedAt: startedAt,
    description: null,
    stagingPrefix: slug,
    billing: { plan, period: null, addons: null },
    membership: {
      uid,
      confirmed: true,
      confirmedAt: startedAt,
      role: 'OWNER',
      createdAt: startedAt,
      created: startedAt,
      teamId: id,
    },
  };
}
