/** The routes of signing in and out. */
import { z } from 'zod';
import { person, signIn } from './vocabulary.ts';
import type { Route } from './route.ts';
import { linkBody, signedOut, signInQuery, tokenBody } from './sign-in.ts';

/** Where to go on afterwards: a path of the dashboard. */
const to = z.object({ to: z.string().max(500).optional() });

export const SIGN_IN_ROUTES = {
  signInWays: {
    method: 'get',
    path: '/sign-in',
    allow: 'anyone',
    summary: 'How to sign in',
    query: signInQuery,
    answer: signIn,
  },
  signInByLink: {
    method: 'post',
    path: '/sign-in/link',
    allow: 'anyone',
    summary: 'Sign in by the one-time link that the terminal has printed',
    body: linkBody,
    answer: person,
  },
  signInByToken: {
    method: 'post',
    path: '/sign-in/token',
    allow: 'anyone',
    summary: 'Sign in by a token of `belay token create`',
    body: tokenBody,
    answer: person,
  },
  signInGitHub: {
    method: 'get',
    path: '/sign-in/github',
    allow: 'anyone',
    summary: 'Sign in with GitHub: leads there, and back',
    query: to,
    answer: null,
    status: 302,
  },
  signInGitHubBack: {
    method: 'get',
    path: '/sign-in/github/callback',
    allow: 'anyone',
    summary: 'Where GitHub sends people back to',
    answer: null,
    status: 302,
  },
  signInOidc: {
    method: 'get',
    path: '/sign-in/oidc',
    allow: 'anyone',
    summary: 'Sign in with OpenID Connect: leads there, and back',
    query: to,
    answer: null,
    status: 302,
  },
  signInOidcBack: {
    method: 'get',
    path: '/sign-in/oidc/callback',
    allow: 'anyone',
    summary: 'Where the provider sends people back to',
    answer: null,
    status: 302,
  },
  signOut: { method: 'post', path: '/sign-out', allow: 'viewer', summary: 'End this session', answer: signedOut },
} as const satisfies Record<string, Route>;
