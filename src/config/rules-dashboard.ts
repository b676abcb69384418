/** What the shape of `dashboard` cannot say. */
import type { Rule } from './rules.ts';

const needsUrl: Rule = ({ config }, report) => {
  const { dashboard } = config;
  if (!dashboard || dashboard.url !== null) return;
  for (const way of ['github', 'oidc'] as const) {
    if (dashboard[way])
      report.error(['dashboard', way], 'needs `dashboard.url`: where the provider sends people back to');
  }
};

const encrypted: Rule = ({ config }, report) => {
  const { url } = config.dashboard ?? {};
  if (!url?.startsWith('http:') || /^http:\/\/(localhost|127\.|\[::1\])/.test(url)) return;
  report.warn(['dashboard', 'url'], 'people sign in unencrypted: put it behind TLS, and write https://');
};

const atItsRoot: Rule = ({ config }, report) => {
  const { url } = config.dashboard ?? {};
  if (url && URL.canParse(url) && new URL(url).pathname !== '/') {
    report.error(['dashboard', 'url'], 'is below a path: the dashboard needs a host of its own');
  }
};

export const dashboardRules: readonly Rule[] = [needsUrl, encrypted, atItsRoot];
