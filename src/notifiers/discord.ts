/** Discord, by a webhook of a channel: one embed, and nobody is mentioned whatever stands in it. */
import type { Message, Notifier } from './notifier.ts';
import { post } from './post.ts';
import { cut, cutEscaped, type Fact, hueOf, wordsOf } from './wording.ts';

/** Discord takes 256 characters of title, 4,096 of description, 25 fields of 1,024, 6,000 in all. */
const TITLE_LIMIT = 256;
const TEXT_LIMIT = 1_500;
const VALUE_LIMIT = 300;
const HREF_LIMIT = 400;
const SHORT = 30;

/** `url`: the address of the webhook, which is a secret. */
export function createDiscordNotifier({ url }: { readonly url: string }): Notifier {
  return {
    name: 'Discord',
    async send(message, signal) {
      await post({ name: 'Discord', url, body: JSON.stringify(discordMessage(message)), signal });
    },
  };
}

export function discordMessage(message: Message): object {
  const words = wordsOf(message);
  const embed = {
    title: cut(`${words.shape} ${words.headline}`, TITLE_LIMIT),
    ...(words.link ? { url: words.link } : {}),
    description: cutEscaped(words.text, TEXT_LIMIT, escape),
    color: hueOf(message),
    fields: words.facts.map((fact) => {
      const value = valueOf(fact);
      return { name: fact.label, value, inline: !fact.verbatim && !fact.href && value.length <= SHORT };
    }),
    timestamp: message.at,
    footer: { text: cut(`belay · ${message.id}`, 200) },
  };
  return { embeds: [embed], allowed_mentions: { parse: [] } };
}

function valueOf({ value, href, verbatim }: Fact): string {
  if (verbatim) return `\`${cut(value, VALUE_LIMIT).replaceAll('`', "'")}\``;
  const text = cutEscaped(value, VALUE_LIMIT, escape);
  return href && href.length <= HREF_LIMIT ? `[${text}](<${href.replaceAll('>', '%3E')}>)` : text;
}

/** Nothing is markup; an `@everyone` in a commit message is text. */
function escape(text: string): string {
  return text
    .replaceAll(/[\\*_~`|[\]()<]/g, '\\$&')
    .replace(/^[#>-]/, '\\$&')
    .replaceAll('@', '@\u200B');
}
