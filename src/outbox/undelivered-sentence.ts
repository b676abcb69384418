/** Who was not told, in the one line at the end of a command. */
import type { Standing } from './lane.ts';

const label = ({ channel }: Standing): string => {
  const name = channel.notifier?.name ?? channel.name;
  return name.toLowerCase() === channel.name || channel.notifier === null ? name : `${channel.name} (${name})`;
};

/** Who was not told, and why; null when all were. `since`: what was given up before is not said again. */
export function undeliveredSentence(standings: readonly Standing[], since: number): string | null {
  const sentences = standings.flatMap((standing) => sentenceOf(standing, since) ?? []);
  return sentences.length === 0 ? null : [...new Set(sentences)].join('; ');
}

function sentenceOf(standing: Standing, since: number): string | null {
  const { ledger, trouble, busy, channel } = standing;
  if (trouble) return `${label(standing)} was not told: ${trouble}`;
  if (ledger === null || busy) return null;
  const lost = ledger.undeliverable.filter(({ gaveUpAt }) => Date.parse(gaveUpAt) >= since);
  const [dead] = lost.slice(-1);
  if (dead) return `${label(standing)} was not told of ${lost.length}: ${dead.reason} (belay notify list)`;
  const waiting = ledger.waiting.filter(({ held }) => !held);
  const [first] = waiting;
  if (!first) return null;
  const why = channel.unavailable ?? first.reason ?? 'no answer in time';
  return `${label(standing)} was not told of ${waiting.length} yet: ${why}; the next command goes on`;
}
