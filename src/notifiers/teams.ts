/** Microsoft Teams, by the address of a Workflow: an Adaptive Card. Its yes means that the flow has it, not that it was shown. */
import type { Message, Notifier } from './notifier.ts';
import { post } from './post.ts';
import { cut, cutEscaped, type Fact, wordsOf, type Words } from './wording.ts';

/** Teams takes 28 kB in all. */
const TEXT_LIMIT = 2_000;
const VALUE_LIMIT = 600;

/** `url`: the address of the flow, which holds its signature. */
export function createTeamsNotifier({ url }: { readonly url: string }): Notifier {
  return {
    name: 'Teams',
    async send(message, signal) {
      await post({ name: 'Teams', url, body: JSON.stringify(teamsMessage(message)), signal });
    },
  };
}

export function teamsMessage(message: Message): object {
  const words = wordsOf(message);
  const headline = cut(`${words.shape} ${words.headline}`, 300);
  const title = { type: 'TextBlock', text: escape(headline), weight: 'bolder', size: 'medium', wrap: true };
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    // Shown where a client cannot show the card.
    fallbackText: headline,
    msteams: { width: 'Full' },
    body: [
      { ...title, color: colorOf(message), style: 'heading' },
      { type: 'TextBlock', text: cutEscaped(words.text, TEXT_LIMIT, escape) || ' ', wrap: true },
      { type: 'FactSet', facts: words.facts.map((fact) => ({ title: fact.label, value: valueOf(fact) })) },
    ],
    actions: actions(words),
  };
  return {
    type: 'message',
    summary: headline,
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

/** Of the card's own colours, which follow light and dark. */
function colorOf({ news, severity }: Message): string {
  if (severity === 'urgent') return 'attention';
  if (news === 'failed' || news === 'rolled-back') return 'accent';
  if (severity === 'warning') return 'warning';
  return news === 'succeeded' || news === 'check-recovered' ? 'good' : 'default';
}

function valueOf({ value, href, verbatim }: Fact): string {
  const text = cutEscaped(value, VALUE_LIMIT, escape);
  return href && !verbatim ? `[${text}](${href.replaceAll('(', '%28').replaceAll(')', '%29')})` : text;
}

function actions({ link, facts }: Words): readonly object[] {
  const commit = facts.find(({ label }) => label === 'Release')?.href;
  return [
    ...(link ? [{ type: 'Action.OpenUrl', title: 'Open in the dashboard', url: link }] : []),
    ...(commit ? [{ type: 'Action.OpenUrl', title: 'Open the commit', url: commit }] : []),
  ];
}

/** A card knows some Markdown: it is broken up. */
const escape = (text: string): string => text.replaceAll(/[\\*_~`[\]#]/g, '\\$&').replaceAll(/^(\d+)\./g, '$1\\.');
