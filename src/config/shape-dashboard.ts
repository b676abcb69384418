/** What may stand under `dashboard`. */
import { z } from 'zod';
import { secretReference } from '../util/written.ts';

const role = z.enum(['viewer', 'operator', 'admin']);
const address = z.url({ protocol: /^https?$/, error: 'expected an address that starts with https:// or http://' });
const client = {
  clientId: z.string().min(1).meta({ description: 'Id that the provider has given.' }),
  clientSecret: secretReference.meta({ description: 'Secret that the provider has given.' }),
};

const github = z.strictObject({
  ...client,
  allow: z
    .record(z.string().regex(/^(org:)?[A-Za-z0-9-]+$/, 'expected a login, or org:NAME'), role)
    .meta({ description: 'Who may do what: `mia: admin`, `org:acme: viewer`. The most that applies counts.' }),
  server: address.optional().meta({ description: 'GitHub Enterprise Server; without it github.com.' }),
});

const oidc = z.strictObject({
  ...client,
  issuer: address.meta({ description: 'Address of the provider, as in its discovery document.' }),
  label: z.string().min(1).max(40).optional().meta({ description: 'What the button says after "Sign in with".' }),
  allow: z
    .record(
      z.string().regex(/^(group:.+|@[^@\s]+|[^@\s]+@[^@\s]+)$/, 'expected an e-mail address, @domain, or group:NAME'),
      role,
    )
    .meta({
      description: 'Who may do what: `mia@shop.example: admin`, `"@shop.example": viewer`, `group:ops: operator`.',
    }),
});

export const dashboardShape = z.strictObject({
  url: address
    .optional()
    .meta({ description: 'Where people reach it: needed to sign in with GitHub or OpenID Connect.' }),
  github: github.optional().meta({ description: 'Sign-in with an OAuth app of GitHub.' }),
  oidc: oidc.optional().meta({ description: 'Sign-in with OpenID Connect.' }),
  tokens: z
    .boolean()
    .optional()
    .meta({ description: 'Whether tokens of `belay token create` sign in.', default: true }),
  webhookSecret: secretReference
    .optional()
    .meta({ description: 'Secret of the webhook through which GitHub tells of pushes.' }),
});
