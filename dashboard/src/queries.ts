/** What the pages ask for, by name: one place for keys, so that the live feed knows what to renew. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Person, SignIn } from '../../src/server/api/vocabulary.ts';
import type { DeploymentDetail, HistoryPage } from '../../src/server/api/deployments.ts';
import type { Overview } from '../../src/server/api/overview.ts';
import type { AuditPage, Chains, Channels, Settings, Snapshots } from '../../src/server/api/record.ts';
import type { RollbackBody, RollbackPreview } from '../../src/server/api/rollback.ts';
import type { Metrics } from '../../src/metrics/metrics.ts';
import { get, rememberCsrf, withQuery } from './api.ts';

export type Filters = Readonly<Record<string, string>>;

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => {
    const person = await get<Person>('/me', signal);
    rememberCsrf(person.csrf);
    return person;
  },
  staleTime: Number.POSITIVE_INFINITY,
});

/** @param problem why the way by GitHub or the provider ended at the sign-in page; the server has the words */
export const signInQuery = (problem: string | null) =>
  queryOptions({
    queryKey: ['sign-in', problem],
    queryFn: ({ signal }) => get<SignIn>(withQuery('/sign-in', { problem }), signal),
  });

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => get<Overview>('/overview', signal),
  // Health is looked at only while somebody asks; the journal does not tell of it.
  refetchInterval: 30_000,
});

export const historyQuery = (filters: Filters) =>
  infiniteQueryOptions({
    queryKey: ['deployments', filters],
    queryFn: ({ signal, pageParam }) =>
      get<HistoryPage>(withQuery('/deployments', { ...filters, before: pageParam }), signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export const deploymentQuery = (id: string) =>
  queryOptions({
    queryKey: ['deployment', id],
    queryFn: ({ signal }) => get<DeploymentDetail>(`/deployments/${encodeURIComponent(id)}`, signal),
  });

/** @param data what is wished for the data: the way back is another one when it is put back */
export const rollbackQuery = (environment: string, to: string | null, data: RollbackBody['data']) =>
  queryOptions({
    queryKey: ['rollback', environment, to, data],
    queryFn: ({ signal }) =>
      get<RollbackPreview>(
        withQuery(`/environments/${encodeURIComponent(environment)}/rollback`, { to, data }),
        signal,
      ),
    // What a person consents to does not change while they read it.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });

export const metricsQuery = (filters: Filters) =>
  queryOptions({
    queryKey: ['metrics', filters],
    queryFn: ({ signal }) => get<Metrics>(withQuery('/metrics', filters), signal),
    placeholderData: (before) => before,
  });

export const auditQuery = (filters: Filters) =>
  infiniteQueryOptions({
    queryKey: ['audit', filters],
    queryFn: ({ signal, pageParam }) => get<AuditPage>(withQuery('/audit', { ...filters, before: pageParam }), signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export const chainsQuery = queryOptions({
  queryKey: ['chains'],
  queryFn: ({ signal }) => get<Chains>('/audit/chains', signal),
  refetchInterval: (query) => (query.state.data?.chains.some((chain) => chain.verdict === 'running') ? 500 : false),
});

export const snapshotsQuery = queryOptions({
  queryKey: ['snapshots'],
  queryFn: ({ signal }) => get<Snapshots>('/snapshots', signal),
});

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => get<Settings>('/settings', signal),
});

export const channelsQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: ({ signal }) => get<Channels>('/channels', signal),
});
