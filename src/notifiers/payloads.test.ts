/** What goes over the wire: inside the limits of each platform, nothing of a stranger's text is markup, and the same twice. */
import { CloudEvent, HTTP } from 'cloudevents';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { escapedMessage, hostileMessage, messageOf } from '../../test/support/message.ts';
import { cloudEvent } from './cloud-event.ts';
import { discordMessage } from './discord.ts';
import { mailOf } from './email.ts';
import { type Message, NEWS } from './notifier.ts';
import { slackMessage } from './slack.ts';
import { teamsMessage } from './teams.ts';
import { plainLines, wordsOf } from './wording.ts';

const every: readonly Message[] = [
  ...NEWS.map((news) => messageOf(news)),
  messageOf('lock-taken', { deployment: null, kind: null, code: null, live: null, link: null, text: '' }),
  hostileMessage(),
  escapedMessage(),
];

/** As the platforms document their fields; what is not named is refused by some of them. */
const text = (limit: number) => z.string().min(1).max(limit);
const Slack = z.strictObject({
  text: text(4_000),
  unfurl_links: z.literal(false),
  unfurl_media: z.literal(false),
  blocks: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({
          type: z.literal('header'),
          text: z.strictObject({ type: z.literal('plain_text'), text: text(150) }),
        }),
        z.strictObject({
          type: z.literal('section'),
          text: z.strictObject({ type: z.literal('mrkdwn'), text: text(3_000) }),
        }),
      ]),
    )
    .min(1)
    .max(50),
});
const Discord = z.strictObject({
  allowed_mentions: z.strictObject({ parse: z.tuple([]) }),
  embeds: z.tuple([
    z.strictObject({
      title: text(256),
      url: z.url().optional(),
      description: z.string().max(4_096),
      color: z.int().min(0).max(0xffffff),
      fields: z.array(z.strictObject({ name: text(256), value: text(1_024), inline: z.boolean() })).max(25),
      timestamp: z.iso.datetime(),
      footer: z.strictObject({ text: text(2_048) }),
    }),
  ]),
});
const Card = z.strictObject({
  $schema: z.url(),
  type: z.literal('AdaptiveCard'),
  version: z.literal('1.4'),
  fallbackText: text(400),
  msteams: z.strictObject({ width: z.literal('Full') }),
  body: z.array(z.looseObject({ type: z.enum(['TextBlock', 'FactSet']) })),
  actions: z.array(z.strictObject({ type: z.literal('Action.OpenUrl'), title: text(100), url: z.url() })).max(6),
});
const Teams = z.strictObject({
  type: z.literal('message'),
  summary: text(400),
  attachments: z.tuple([
    z.strictObject({
      contentType: z.literal('application/vnd.microsoft.card.adaptive'),
      contentUrl: z.null(),
      content: Card,
    }),
  ]),
});

const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
/** All texts of a payload, one under the other. */
const texts = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : typeof value === 'object' && value !== null
      ? Object.values(value).map(texts).join('\n')
      : '';

test.each(every)('$news fits into Slack, Discord and Teams', (message) => {
  const slack = Slack.parse(slackMessage(message));
  expect(texts(slack.blocks).length).toBeLessThan(13_200);
  const [embed] = Discord.parse(discordMessage(message)).embeds;
  const counted = [
    embed.title,
    embed.description,
    embed.footer.text,
    ...embed.fields.flatMap((one) => [one.name, one.value]),
  ];
  expect(counted.join('').length).toBeLessThanOrEqual(6_000);
  expect(bytes(mailOf({ from: 'b@shop.example', to: [] } as never, message))).toBeLessThan(100_000);
  expect(bytes(Teams.parse(teamsMessage(message)))).toBeLessThan(28_000);
});

test('nobody is mentioned, nothing is linked and nothing is bold by what stands in a commit message', () => {
  const hostile = hostileMessage();
  const slack = texts(slackMessage(hostile));
  expect(slack).not.toMatch(/<!|<@|<script|\*b\*|_i_|~s~/);
  expect(slack.match(/<https?:[^|>]*\|/g)?.every((link) => /github\.com|shop\.example|belay\.example/.test(link))).toBe(
    true,
  );
  // Between backticks everything is text.
  const discord = texts(discordMessage(hostile)).replaceAll(/(?<!\\)`[^`]*`/g, '');
  expect(discord).not.toMatch(/@everyone|[^\\]\[x\]\(|[^\\]\*b\*/);
  expect(texts(teamsMessage(hostile))).not.toMatch(/[^\\]\[x\\?\]\(javascript/);
  const { html } = mailOf({ from: 'b@shop.example', to: ['o@shop.example'] } as never, hostile);
  expect(html).not.toMatch(/<script|<!channel/);
  expect(html).toContain('&lt;script&gt;');
});

test('all of them say the same: outcome and environment first, then what people ask for', () => {
  const words = wordsOf(messageOf('failed', { count: 3 }));
  expect(words.headline).toBe('shop · production: deployment failed, rolled back (3 times)');
  expect(plainLines(words)).toEqual([
    'rolled back: activate:web failed',
    'Release     r-2 · Charge in cents (Mia)',
    `            https://github.com/acme/shop/commit/${'b'.repeat(40)}`,
    'By          mia',
    'Took        3 min 20 s',
    'Failed      activate:web',
    'Error       start ended with code 1: Error: no such table: cents',
    'Evidence    error-rate: 12.5 % of 1,204 requests, the limit is 5 %',
    'Live now    r-1 · Charge',
    '            https://shop.example/',
    'Deployment  d-2',
    'Next        belay show d-2',
    'https://belay.example/deployments/d-2',
  ]);
  for (const payload of [
    slackMessage(messageOf('failed')),
    discordMessage(messageOf('failed')),
    teamsMessage(messageOf('failed')),
  ]) {
    for (const part of [
      'production: deployment failed',
      'Charge in cents',
      'no such table',
      'belay show d-2',
      'https://belay.example/deployments/d-2',
    ])
      expect(texts(payload).replaceAll('\\', '')).toContain(part);
  }
});

/** The rules of CDEvents 0.5.0 for the three subjects that are used. */
const Ref = z.strictObject({ id: text(100), source: z.string().optional() });
const contents = {
  pipelinerun: z.strictObject({
    pipelineName: z.string(),
    uri: z.string().min(1),
    outcome: z.enum(['success', 'cancel', 'error', 'failure']).optional(),
    errors: z.string().optional(),
  }),
  service: z.strictObject({ environment: Ref, artifactId: z.string().startsWith('pkg:') }),
  incident: z.strictObject({
    description: z.string(),
    environment: Ref,
    service: Ref,
    artifactId: z.string().startsWith('pkg:').optional(),
  }),
};
const CdEvent = z.strictObject({
  context: z.strictObject({
    specversion: z.literal('0.5.0'),
    id: text(100),
    source: text(200),
    type: z.string().regex(/^dev\.cdevents\.[a-z]+\.[a-z]+\.\d+\.\d+\.\d+$/),
    timestamp: z.iso.datetime(),
  }),
  subject: z.strictObject({ id: text(100), source: z.string(), content: z.unknown() }),
  customData: z.looseObject({}),
  customDataContentType: z.literal('application/json'),
});

test.each(every)(
  '$news is a CloudEvent that its own library takes, and a CDEvent where those have a word for it',
  (message) => {
    const body = cloudEvent(message);
    expect(cloudEvent(message)).toBe(body);
    const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
    const event = HTTP.toEvent<Record<string, unknown>>({ headers, body });
    if (!(event instanceof CloudEvent)) throw new Error('several events');
    expect(event.validate()).toBe(true);
    expect(event).toMatchObject({ id: message.id, source: '/belay/' + message.app + '/production', time: message.at });
    const [, , subject = ''] = event.type.split('.');
    if (event.type.startsWith('dev.belay.')) {
      expect(event.data).toMatchObject({ news: message.news, text: message.text });
      return;
    }
    const data = CdEvent.parse(event.data);
    contents[subject as keyof typeof contents].parse(data.subject.content);
    expect(data.context).toMatchObject({ id: event.id, source: event.source, type: event.type });
  },
);
