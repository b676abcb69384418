/** A git repository with some months of work in it, made in one go. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from '../../config/child-environment.ts';
import type { Source } from '../../core/release.ts';
import { createExec } from '../../util/exec.ts';
import { createGit } from '../../util/git.ts';
import type { Chance } from './chance.ts';

export const AUTHORS = ['Mia', 'Tom', 'Ada', 'Noor', 'Jun', 'Lena'] as const;

const SUBJECTS = [
  'Show the price with tax in the basket',
  'Keep the basket when a visitor signs in',
  'Ask for the address once',
  'Send the receipt after the payment is booked',
  'Round discounts per line',
  'Load product images when they are seen',
  'Search by article number',
  'Hide what is sold out from the start page',
  'Cache categories for a minute',
  'Retry the payment provider once',
  'Write orders in one transaction',
  'Answer 404 for products that are gone',
  'Translate the checkout into Dutch',
  'Update the payment library',
  'Count stock by warehouse',
  'Log slow queries',
  'Let support cancel an order',
  'Show delivery dates per item',
  'Paginate the order list',
  'Validate postal codes by country',
  'Drop the old voucher table from the code',
  'Sign webhooks to the warehouse',
  'Use one connection pool per process',
  'Make the header stick on phones',
] as const;

export interface DatedCommit {
  readonly source: Source;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const CONFIGURATION = `app: shop
environments:
  production: { targets: { api: { type: noop }, web: { type: noop } } }
  staging: { targets: { api: { type: noop }, web: { type: noop } } }
  preview: { targets: { api: { type: noop }, web: { type: noop } } }
review: { usersNow: 8200 }
`;

function subjectOf(chance: Chance, before: string | undefined): string {
  if (before && chance.happens(0.03)) return `Revert "${before}"`;
  return `${chance.happens(0.03) ? 'Hotfix: ' : ''}${chance.pick(SUBJECTS)}`;
}

/** Commands of `git fast-import`: one commit at each time, oldest first. */
function importStream(times: readonly number[], chance: Chance): string {
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  let before: string | undefined;
  return times
    .map((at, index) => {
      const author = chance.pick(AUTHORS);
      const subject = subjectOf(chance, before);
      before = subject;
      const who = `${author} <${author.toLowerCase()}@shop.example> ${Math.floor(at / 1_000)} +0000`;
      const files = [
        ...(index === 0
          ? [`M 100644 inline belay.yml\n${data(CONFIGURATION)}`, `M 100644 inline .gitignore\n${data('.belay/\n')}`]
          : []),
        `M 100644 inline shop.txt\n${data(`${index + 1}: ${subject}\n`)}`,
      ];
      return `commit refs/heads/main\nauthor ${who}\ncommitter ${who}\n${data(subject)}${files.join('')}\n`;
    })
    .join('');
}

/** @throws when git is not installed, or the folder cannot be written */
export async function createHistoryRepository(
  folder: string,
  times: readonly number[],
  chance: Chance,
): Promise<readonly DatedCommit[]> {
  mkdirSync(folder, { recursive: true });
  const exec = createExec(childEnvironment());
  const git = createGit(exec, folder);
  const run = async (
    work: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>,
  ) => {
    const result = await work;
    if (result.code !== 0) throw new Error(`git failed: ${result.stderr}`);
    return result.stdout;
  };
  await run(git('init', '--quiet', '--initial-branch=main'));
  const input = importStream(times, chance);
  await run(exec(['git', '-C', folder, 'fast-import', '--quiet'], { input, limitMs: 60_000 }));
  await run(git('reset', '--hard', '--quiet', 'main'));
  // The way in for people who come later: what fast-import wrote is there already.
  writeFileSync(join(folder, 'belay.yml'), CONFIGURATION);
  const log = await run(git('log', '--reverse', '--format=%H%x09%cI%x09%an%x09%s', 'main'));
  return log
    .trim()
    .split('\n')
    .map((line) => {
      const [commit = '', committedAt = '', author = '', subject = ''] = line.split('\t');
      return { source: { commit, branch: 'main', subject, author, committedAt }, at: Date.parse(committedAt) };
    });
}
