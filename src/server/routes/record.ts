/** Reading: overview, deployments, the record, snapshots, settings, channels. */
import { cookieName } from '../auth/cookie.ts';
import { mayAct } from '../auth/roles.ts';
import { listTokens } from '../auth/tokens.ts';
import { openApi } from '../openapi.ts';
import type { ServerParts } from '../parts.ts';
import { readAudit } from '../reads/audit.ts';
import type { ChainBoard } from '../reads/chains.ts';
import { readDetail, readPage } from '../reads/deployments.ts';
import type { OverviewBoard } from '../reads/overview.ts';
import { readSnapshots } from '../reads/snapshots.ts';
import type { Handlers } from '../router.ts';

type Reading =
  | 'overview'
  | 'deployments'
  | 'deployment'
  | 'deploymentLog'
  | 'audit'
  | 'auditChains'
  | 'auditVerify'
  | 'snapshots'
  | 'settings'
  | 'openapi';

export interface Boards {
  readonly overview: OverviewBoard;
  readonly chains: ChainBoard;
}

export function recordRoutes(parts: ServerParts, { overview, chains }: Boards): Pick<Handlers, Reading> {
  const { store, auth, version } = parts;
  const documents = new Map<string, ReturnType<typeof openApi>>();
  return {
    overview: () => overview.read(),
    deployments: ({ query }) => readPage(parts, query),
    deployment: ({ param, who }) => readDetail(parts, param('id'), who.role),
    async deploymentLog({ param, query: { after, step } }) {
      if (!parts.logs) return { lines: [], next: after, missing: 'the output of steps was not kept' };
      return parts.logs.read(param('id'), after, step);
    },
    audit: ({ query }) => readAudit(parts, query),
    auditChains: () => chains.read(),
    auditVerify: ({ body }) => chains.verify(body.environment),
    snapshots: ({ query }) => readSnapshots(store, query.environment),
    async settings({ who }) {
      const tokens = mayAct(who.role, 'admin') ? await listTokens(store.documents) : [];
      const people = [
        ...(mayAct(who.role, 'admin') ? parts.people : []),
        ...tokens.map(({ name, role, createdAt }) => ({ name, role, kind: 'token', createdAt })),
      ];
      return { ...parts.settings, version, store: `${store.kind}: ${store.where}`, people };
    },
    async openapi({ c }) {
      const cookie = cookieName(auth, c.req.header('host'));
      const document = documents.get(cookie) ?? openApi(version, cookie);
      documents.set(cookie, document);
      return document;
    },
  };
}
