/**
 * Every route of the API, once: its path, who may call it, what goes in and what comes out. The router, the document
 * of the API and the tests are made from this table, so that none of them can forget a route.
 */
import { z } from 'zod';
import { person } from './vocabulary.ts';
import { deploymentDetail, historyPage, historyQuery, holderRequest, logPage } from './deployments.ts';
import { overview } from './overview.ts';
import { auditPage, auditQuery, chains, channels, settings, snapshots } from './record.ts';
import { rollbackBody, rollbackPreview, rollbackStarted } from './rollback.ts';
import { metrics } from './metrics.ts';
import type { Route } from './route.ts';
import { SIGN_IN_ROUTES } from './sign-in-routes.ts';

export type { Route } from './route.ts';

const environmentName = z.string().min(1).max(100);
const format = z.enum(['csv', 'json']).default('csv');

export const ROUTES = {
  ...SIGN_IN_ROUTES,
  me: { method: 'get', path: '/me', allow: 'viewer', summary: 'Who is signed in', answer: person },
  overview: {
    method: 'get',
    path: '/overview',
    allow: 'viewer',
    summary: 'What is live, what is happening, what needs a person',
    answer: overview,
  },
  deployments: {
    method: 'get',
    path: '/deployments',
    allow: 'viewer',
    summary: 'Deployments, newest first',
    query: historyQuery,
    answer: historyPage,
  },
  deploymentsExport: {
    method: 'get',
    path: '/deployments/export',
    allow: 'viewer',
    summary: 'Deployments as a file, newest first',
    query: historyQuery.omit({ before: true, limit: true }).extend({ format }),
    answer: null,
    media: 'text/csv',
  },
  deployment: {
    method: 'get',
    path: '/deployments/:id',
    allow: 'viewer',
    summary: 'One deployment, step by step',
    answer: deploymentDetail,
  },
  deploymentLog: {
    method: 'get',
    path: '/deployments/:id/log',
    allow: 'viewer',
    summary: 'Output of its steps',
    query: z.object({ step: z.string().max(200).optional(), after: z.coerce.number().int().min(0).default(0) }),
    answer: logPage,
  },
  deploymentRequest: {
    method: 'post',
    path: '/deployments/:id/requests',
    allow: 'operator',
    summary: 'Ask a deployment to abort, pause, go on',
    body: holderRequest,
    answer: z.object({ request: z.string() }),
    status: 202,
  },
  rollbackPreview: {
    method: 'get',
    path: '/environments/:name/rollback',
    allow: 'viewer',
    summary: 'What going back would do',
    query: z.object({ to: z.string().max(200).optional(), data: z.enum(['ask', 'keep', 'restore']).optional() }),
    answer: rollbackPreview,
  },
  rollback: {
    method: 'post',
    path: '/environments/:name/rollback',
    allow: 'operator',
    summary: 'Go back to a release that ran before',
    body: rollbackBody,
    answer: rollbackStarted,
    status: 202,
  },
  metrics: {
    method: 'get',
    path: '/metrics',
    allow: 'viewer',
    summary: 'How deploying has gone: durations, success, the keys of DORA, regressions',
    query: z.object({
      environment: environmentName.optional(),
      since: z.iso.datetime().optional(),
      until: z.iso.datetime().optional(),
      bucket: z.enum(['day', 'week']).optional(),
      /** Keys of the series whose points are wanted, separated by `|`. */
      series: z.string().max(2_000).optional(),
    }),
    answer: metrics,
  },
  audit: {
    method: 'get',
    path: '/audit',
    allow: 'viewer',
    summary: 'Everything that happened, newest first',
    query: auditQuery,
    answer: auditPage,
  },
  auditExport: {
    method: 'get',
    path: '/audit/export',
    allow: 'viewer',
    summary: 'The record as a file, oldest first',
    query: auditQuery.omit({ before: true, limit: true }).extend({ format: z.enum(['csv', 'ndjson']).default('csv') }),
    answer: null,
    media: 'text/csv',
  },
  auditChains: {
    method: 'get',
    path: '/audit/chains',
    allow: 'viewer',
    summary: 'The chain of each environment, and whether it was found whole',
    answer: chains,
  },
  auditVerify: {
    method: 'post',
    path: '/audit/verify',
    allow: 'operator',
    summary: 'Walk the chains from their beginning',
    body: z.strictObject({ environment: environmentName.optional() }),
    answer: chains,
    status: 202,
  },
  snapshots: {
    method: 'get',
    path: '/snapshots',
    allow: 'viewer',
    summary: 'Snapshots of protected data, newest first',
    query: z.object({ environment: environmentName.optional() }),
    answer: snapshots,
  },
  settings: {
    method: 'get',
    path: '/settings',
    allow: 'viewer',
    summary: 'The configuration in force, without secrets; people for an admin only',
    answer: settings,
  },
  channels: {
    method: 'get',
    path: '/channels',
    allow: 'viewer',
    summary: 'Who is told what, and what could not be delivered',
    answer: channels,
  },
  channelRetry: {
    method: 'post',
    path: '/channels/:name/retry',
    allow: 'operator',
    summary: 'Deliver again what could not be delivered',
    answer: channels,
    status: 202,
  },
  events: {
    method: 'get',
    path: '/events',
    allow: 'viewer',
    summary: 'What happens, as it happens (Server-Sent Events)',
    query: z.object({
      environment: environmentName.optional(),
      deployment: z.string().max(100).optional(),
      /** Where to go on, as `production=812,staging=40`; the header `Last-Event-ID` wins over it. */
      from: z.string().max(4_000).optional(),
    }),
    answer: null,
    media: 'text/event-stream',
  },
  webhookGitHub: {
    method: 'post',
    path: '/webhooks/github',
    allow: 'anyone',
    summary: 'Pushes and deployments, told by GitHub and signed (X-Hub-Signature-256)',
    raw: { limit: 5 * 1024 * 1024 },
    answer: z.object({ taken: z.boolean() }),
    status: 202,
  },
  openapi: {
    method: 'get',
    path: '/openapi.json',
    allow: 'viewer',
    summary: 'This document',
    answer: z.record(z.string(), z.unknown()),
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;
