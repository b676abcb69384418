/** Addresses that people open: of a commit at its forge, and of a deployment on the dashboard. */

const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** Null for a folder that is no repository, and where the repository's pages are not known. */
export function commitUrl(repository: string | null, commit: string): string | null {
  if (repository === null || !COMMIT.test(commit)) return null;
  const { hostname } = new URL(repository);
  if (/(^|\.)gitlab\./.test(hostname)) return `${repository}/-/commit/${commit}`;
  return /(^|\.)bitbucket\./.test(hostname) ? `${repository}/commits/${commit}` : `${repository}/commit/${commit}`;
}

/**
 * Pages of the repository behind a remote of git: `git@github.com:acme/shop.git`, `ssh://…`, `https://…`.
 * Without user, password and port of ssh; null for a path and whatever else has no pages.
 */
export function repositoryPages(remote: string): string | null {
  const text = remote.trim();
  const scp = /^(?:[^@/\s]+@)?([A-Za-z0-9.-]+\.[A-Za-z]{2,}):(?!\/\/)(.+)$/.exec(text);
  if (scp) return pages(`https://${scp[1]}/${scp[2]}`);
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, host, pathname } = new URL(text);
  if (protocol === 'https:' || protocol === 'http:') return pages(`${protocol}//${host}${pathname}`);
  return protocol === 'ssh:' || protocol === 'git:' ? pages(`https://${hostname}${pathname}`) : null;
}

const pages = (url: string): string | null => {
  const clean = url.replace(/\/+$/, '').replace(/\.git$/, '');
  return URL.canParse(clean) && new URL(clean).pathname.length > 1 ? clean : null;
};

/** The page of a deployment; for what belongs to none, the first one. */
export function dashboardLink(dashboard: string | null, deployment: string | null): string | null {
  if (dashboard === null) return null;
  return deployment === null ? `${dashboard}/` : `${dashboard}/deployments/${encodeURIComponent(deployment)}`;
}
