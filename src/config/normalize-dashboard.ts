/** The written dashboard into its one form. */
import type { DashboardConfig } from './config.ts';
import type { WrittenConfig } from './shape.ts';
import { type Surroundings, toSecret } from './surroundings.ts';

const GITHUB = 'https://github.com';
const bare = (url: string): string => url.replace(/\/+$/, '');

export function normalizeDashboard(written: WrittenConfig['dashboard'], around: Surroundings): DashboardConfig | null {
  if (written === undefined) return null;
  const { url, github, oidc, tokens, webhookSecret } = written;
  const secretAt = (key: string, reference: NonNullable<typeof webhookSecret>) =>
    toSecret(reference, `dashboard.${key}`, around);
  return {
    url: url === undefined ? null : bare(url),
    tokens: tokens ?? true,
    github: github
      ? {
          clientId: github.clientId,
          clientSecret: secretAt('github.clientSecret', github.clientSecret),
          allow: github.allow,
          server: bare(github.server ?? GITHUB),
        }
      : null,
    oidc: oidc
      ? {
          clientId: oidc.clientId,
          clientSecret: secretAt('oidc.clientSecret', oidc.clientSecret),
          allow: oidc.allow,
          // With its slash: the provider's name must be the same to the letter.
          issuer: oidc.issuer,
          label: oidc.label ?? new URL(oidc.issuer).hostname,
        }
      : null,
    webhookSecret: webhookSecret ? secretAt('webhookSecret', webhookSecret) : null,
  };
}
