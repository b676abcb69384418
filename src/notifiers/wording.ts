/** What a message says, the same on every channel: its first line, then facts in the order in which people ask for them. */
import { formatDuration } from '../util/duration.ts';
import type { Code, Message, News, Severity } from './notifier.ts';

export interface Fact {
  readonly label: string;
  readonly value: string;
  /** Page behind the value. */
  readonly href?: string;
  /** To be shown as it is typed, or as a program printed it. */
  readonly verbatim?: true;
}

export interface Words {
  readonly shape: string;
  /** Outcome and environment. */
  readonly headline: string;
  readonly text: string;
  readonly facts: readonly Fact[];
  readonly link: string | null;
}

const SHAPES: Readonly<Record<News, string>> = {
  started: '◐',
  resumed: '◐',
  succeeded: '●',
  failed: '↩',
  'rolled-back': '↩',
  refused: '⊘',
  paused: '○',
  stuck: '▲',
  settled: '●',
  'lock-taken': '▣',
  'schema-mismatch': '▲',
  drift: '▲',
  alert: '▲',
  'trigger-fired': '▲',
  'check-failing': '▲',
  'check-recovered': '●',
  regression: '▲',
  test: '○',
};

const KINDS = { deploy: 'deployment', rollback: 'rollback', promote: 'promotion', restore: 'restore' } as const;
const DONE = { deploy: 'deployed', rollback: 'rolled back', promote: 'promoted', restore: 'data restored' } as const;

const OUTCOMES: Readonly<Record<News, (what: string, message: Message) => string>> = {
  started: (what) => `${what} started`,
  resumed: (what) => `${what} goes on`,
  succeeded: (_, { kind }) => DONE[kind ?? 'deploy'],
  failed: (what) => `${what} failed, rolled back`,
  'rolled-back': () => 'rolled back',
  refused: (what) => `${what} refused, nothing changed`,
  paused: (what) => `${what} paused, waits for a person`,
  stuck: () => 'needs you',
  settled: () => 'needs nobody any more',
  'lock-taken': () => 'lock taken over',
  'schema-mismatch': () => 'schema is not the one of the record',
  drift: () => 'changed behind our back',
  alert: () => 'alert',
  'trigger-fired': () => 'release does not do well, going back',
  'check-failing': () => 'check fails',
  'check-recovered': () => 'check passes again',
  regression: () => 'got worse',
  test: () => 'test message',
};

/** Hues for those channels that have one, readable on light and on dark: 0xRRGGBB. */
const HUES: Readonly<Record<'good' | 'progress' | 'back' | 'loud' | 'wait', number>> = {
  good: 0x1a7f37,
  progress: 0x1f6feb,
  back: 0x8250df,
  loud: 0xcf222e,
  wait: 0x9a6700,
};

export function hueOf({ news, severity }: { readonly news: News; readonly severity: Severity }): number {
  if (news === 'failed' || news === 'rolled-back') return HUES.back;
  if (severity === 'urgent') return HUES.loud;
  if (severity === 'warning') return HUES.wait;
  return SHAPES[news] === '●' ? HUES.good : HUES.progress;
}

export function wordsOf(message: Message): Words {
  const what = KINDS[message.kind ?? 'deploy'];
  const times = message.count > 1 ? ` (${message.count} times)` : '';
  return {
    shape: SHAPES[message.news],
    headline: `${message.app} · ${message.environment}: ${OUTCOMES[message.news](what, message)}${times}`,
    text: oneLine(message.text),
    facts: factsOf(message),
    link: message.link,
  };
}

function factsOf(message: Message): readonly Fact[] {
  const { code, failure, evidence, live, next, durationMs, actor, deployment } = message;
  const facts: (Fact | null)[] = [
    code && fact('Release', describeCode(code), code.commitUrl),
    fact('By', actor),
    durationMs === null ? null : fact('Took', formatDuration(durationMs)),
    failure && fact('Failed', failure.step),
    failure && { ...fact('Error', failure.error), verbatim: true },
    evidence && fact('Evidence', `${evidence.trigger}: ${evidence.observed}, the limit is ${evidence.limit}`),
    live && fact('Live now', live.release === code?.release ? live.release : describeCode(live), live.url),
    deployment === null ? null : fact('Deployment', deployment),
    next === null ? null : { ...fact('Next', next), verbatim: true },
  ];
  return facts.filter((one) => one !== null && one.value !== '') as Fact[];
}

function fact(label: string, text: string, href: string | null = null): Fact {
  return { label, value: oneLine(text), ...(href !== null && /^https?:\/\//.test(href) ? { href } : {}) };
}

/** `r-4f2c1d9-x1 · Fix the checkout (Mia)` */
function describeCode({ release, source }: Code): string {
  const who = source.author ? ` (${source.author})` : '';
  return source.subject ? `${release} · ${source.subject}${who}` : release;
}

/** As plain text: the headline, the text, a fact a line. */
export function plainLines(words: Words): readonly string[] {
  const width = Math.max(0, ...words.facts.map(({ label }) => label.length));
  return [
    words.text,
    ...words.facts.flatMap(({ label, value, href }) => [
      `${label.padEnd(width)}  ${value}`,
      ...(href ? [`${' '.repeat(width)}  ${href}`] : []),
    ]),
    ...(words.link ? [words.link] : []),
  ];
}

export const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** At most so many characters, the last of which says that there was more; never half a character. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const kept = text.slice(0, Math.max(0, limit - 1));
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}

/** The same for a text that becomes longer by being escaped: what comes out is within the limit, and nothing of it is cut in two. */
export function cutEscaped(text: string, limit: number, escape: (text: string) => string): string {
  for (let length = limit; ;) {
    const escaped = escape(cut(text, length));
    if (escaped.length <= limit || length <= 1) return escaped;
    length = Math.min(length - 1, Math.floor((length * limit) / escaped.length));
  }
}
