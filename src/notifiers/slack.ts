/** Slack, by an incoming webhook: Block Kit, with a text for notifications and for clients that show no blocks. */
import type { Message, Notifier } from './notifier.ts';
import { post } from './post.ts';
import { cut, cutEscaped, type Fact, type Words, wordsOf } from './wording.ts';

/** Slack takes 3,000 characters in a section, and some 13,000 in all. */
const TEXT_LIMIT = 2_000;
const VALUE_LIMIT = 600;
const HEADER_LIMIT = 150;
const SECTION_LIMIT = 3_000;

/** `url`: the address of the webhook, which is a secret. */
export function createSlackNotifier({ url }: { readonly url: string }): Notifier {
  return {
    name: 'Slack',
    async send(message, signal) {
      await post({ name: 'Slack', url, body: JSON.stringify(slackMessage(message)), signal });
    },
  };
}

export function slackMessage(message: Message): object {
  const words = wordsOf(message);
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: cut(`${words.shape} ${words.headline}`, HEADER_LIMIT) } },
    section(cutEscaped(words.text, TEXT_LIMIT, escape)),
    ...factSections(words),
    ...links(words),
  ];
  return {
    text: cutEscaped(`${words.shape} ${words.headline}: ${words.text}`, TEXT_LIMIT, escape),
    blocks,
    unfurl_links: false,
    unfurl_media: false,
  };
}

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text: text === '' ? ' ' : text } });

/** One section of lines reads better on a phone than fields in two columns. */
function factSections({ facts }: Words): readonly object[] {
  const texts: string[] = [];
  for (const fact of facts) {
    const line = `*${fact.label}*  ${valueOf(fact)}`;
    const last = texts.at(-1);
    if (last !== undefined && last.length + line.length < SECTION_LIMIT) texts[texts.length - 1] = `${last}\n${line}`;
    else texts.push(line);
  }
  return texts.map(section);
}

function valueOf({ value, href, verbatim }: Fact): string {
  const text = cutEscaped(value, VALUE_LIMIT, escape);
  if (verbatim) return `\`${text}\``;
  // In a link's text a pipe would end the address.
  return href && href.length < 500 ? `<${escape(href).replaceAll('|', '%7C')}|${text.replaceAll('|', '/')}>` : text;
}

function links({ link }: Words): readonly object[] {
  return link === null ? [] : [section(`<${escape(link).replaceAll('|', '%7C')}|Open in the dashboard>`)];
}

/** With these three nothing is markup of Slack's: no mention of a channel or person, no link. Stars and tildes are broken up. */
function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[*_~]/g, (mark) => `${mark}\u200B`)
    .replaceAll('`', "'");
}
