/** Who hears of what, and when: the rules of the configuration. Pure. */
import { type Message, NEWS, type Route, SEVERITIES, type Severity } from '../notifiers/notifier.ts';
import { quietUntil } from './quiet-hours.ts';

export interface Decision {
  /** Not before: milliseconds since 1970. */
  readonly due: number;
  /** Messages with the same key may become one; null: this one stands alone. */
  readonly group: string | null;
  readonly groupMs: number;
}

/** For programs that keep a state of their own. */
export const EVERYTHING: readonly Route[] = [
  { channels: null, environments: null, news: null, severity: 'info', quiet: null, groupMs: 0 },
];

/** A check that fails refuses the deployment, and that message tells which it was: once is enough. */
const news = NEWS.filter((one) => one !== 'check-failing' && one !== 'check-recovered');

/** Without a rule for a channel: everything of production, of the others what went wrong. */
export const DEFAULT_ROUTES: readonly Route[] = EVERYTHING.flatMap((all) => [
  { ...all, news, environments: ['production'] },
  { ...all, news, severity: 'warning' as const },
]);

const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** The rules that speak of this channel, or the defaults when none does. */
export function routesOf(routes: readonly Route[], channel: string): readonly Route[] {
  const own = routes.filter(({ channels }) => channels === null || channels.includes(channel));
  return own.length > 0 ? own : DEFAULT_ROUTES;
}

/** The first rule that fits decides; null: nobody wants to hear it. */
export function decide(routes: readonly Route[], message: Message, now: number): Decision | null {
  const { environment, news, severity } = message;
  const route = routes.find(
    (one) =>
      (one.environments?.includes(environment) ?? true) &&
      (one.news?.includes(news) ?? true) &&
      rank(severity) >= rank(one.severity),
  );
  if (!route) return null;
  const urgent = severity === 'urgent';
  const due = route.quiet && !urgent ? quietUntil(route.quiet, now) : now;
  // What waits for the morning comes as one message of each kind.
  const group = route.groupMs > 0 || due > now ? news : null;
  return { due, group, groupMs: route.groupMs };
}
