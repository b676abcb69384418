/** A release's source as the pages show it, and where it can be read. */
import { short, type Source } from '../../core/release.ts';
import type { Commit } from '../api/vocabulary.ts';

const HASH = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** Git writes the writer's own zone. */
export function instant(text: string | undefined): string | null {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

/** GitLab has its pages one level deeper. */
const below = (repository: string): string =>
  new URL(repository).hostname.includes('gitlab') ? `${repository}/-` : repository;

/** @param repository web address without a slash at the end, http or https */
export function commitUrl(repository: string | null, id: string): string | null {
  return repository !== null && HASH.test(id) ? `${below(repository)}/commit/${id}` : null;
}

export function compareUrl(repository: string | null, from: string | undefined, to: string): string | null {
  if (repository === null || from === undefined || from === to || !HASH.test(from) || !HASH.test(to)) return null;
  return `${below(repository)}/compare/${from}...${to}`;
}

export function commitOf(source: Source, repository: string | null): Commit {
  const { commit: id, subject, author, branch, committedAt } = source;
  return {
    id,
    short: short(id),
    subject: subject ?? null,
    author: author ?? null,
    branch: branch ?? null,
    at: instant(committedAt),
    url: commitUrl(repository, id),
  };
}
