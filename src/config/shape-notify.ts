/** What may stand under `notify`. */
import { z } from 'zod';
import { NEWS, SEVERITIES } from '../notifiers/notifier.ts';
import { isTimeZone } from '../util/time-zone.ts';
import { duration, secretReference } from '../util/written.ts';
import { DEFAULTS } from './defaults.ts';

const address = z.url({ protocol: /^https?$/, error: 'expected an address that starts with https:// or http://' });
const webhookUrl = secretReference.meta({ description: 'Address of the webhook; whoever knows it can write there.' });

const chat = (type: 'slack' | 'discord' | 'teams', description: string) =>
  z.strictObject({ type: z.literal(type), url: webhookUrl }).meta({ description });

const github = (type: 'github' | 'github-status', description: string) =>
  z
    .strictObject({
      type: z.literal(type),
      token: secretReference.optional().meta({ description: 'Without it that of `github`, or `GITHUB_TOKEN`.' }),
      repository: z
        .string()
        .regex(/^[^/\s]+\/[^/\s]+$/, 'expected owner/name')
        .optional()
        .meta({ description: '`owner/name`; without it `GITHUB_REPOSITORY`.' }),
      api: address.optional().meta({ description: 'Without it `GITHUB_API_URL`, or GitHub itself.' }),
    })
    .meta({ description });

const mailbox = z.string().regex(/^[^\r\n]*[^\s@]+@[^\s@>]+>?$/, 'expected an address such as ops@shop.example');

const email = z
  .strictObject({
    type: z.literal('email'),
    server: z
      .string()
      .regex(/^[A-Za-z0-9.:-]+$/, 'expected the name of a host')
      .meta({ description: 'Host of the SMTP server.' }),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .meta({ description: 'Without it 587 (starttls), 465 (tls), 25 (none).' }),
    security: z
      .enum(['starttls', 'tls', 'none'])
      .optional()
      .meta({ description: 'How the way there is encrypted.', default: DEFAULTS.notify.security }),
    user: z.string().min(1).optional().meta({ description: 'Name to sign in with.' }),
    password: secretReference.optional().meta({ description: 'Its password.' }),
    from: mailbox.meta({ description: 'Sender: `Belay <belay@shop.example>`.' }),
    to: z.array(mailbox).min(1).meta({ description: 'Who gets it.' }),
  })
  .meta({ description: 'E-mail by SMTP.' });

const channel = z.discriminatedUnion('type', [
  chat('slack', 'Slack, by an incoming webhook.'),
  chat('discord', 'Discord, by a webhook of a channel.'),
  chat('teams', 'Microsoft Teams, by the address of a Workflow.'),
  email,
  z
    .strictObject({
      type: z.literal('webhook'),
      url: z.union([address, secretReference]).meta({ description: 'Where CloudEvents are posted.' }),
      secrets: z.array(secretReference).optional().meta({
        description: 'Keys that sign (base64, or `whsec_…`); two while one is replaced by the other.',
        default: [],
      }),
    })
    .meta({ description: 'Any program: CloudEvents 1.0, signed after Standard Webhooks.' }),
  github('github', 'Deployments at GitHub.'),
  github('github-status', 'The status of the commit at GitHub.'),
]);

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as "22:00"');

const rule = z.strictObject({
  channels: z.array(z.string()).min(1).optional().meta({ description: 'Names of channels; without it all.' }),
  environments: z.array(z.string()).min(1).optional().meta({ description: 'Without it all.' }),
  events: z
    .array(z.enum(NEWS.filter((news) => news !== 'test')))
    .min(1)
    .optional()
    .meta({ description: 'Without it all.' }),
  severity: z
    .enum(SEVERITIES)
    .optional()
    .meta({ description: 'What is less than this is not told.', default: DEFAULTS.notify.severity }),
  quiet: z
    .strictObject({
      from: timeOfDay.meta({ description: 'Beginning, every day.' }),
      to: timeOfDay.meta({ description: 'End; before the beginning: of the next day.' }),
      zone: z
        .string()
        .refine(isTimeZone, 'is no time zone; expected a name such as "Europe/Berlin"')
        .optional()
        .meta({ description: 'Time zone of both.', default: DEFAULTS.notify.zone }),
    })
    .optional()
    .meta({ description: 'What is not urgent waits until they end, and then comes as one message of each kind.' }),
  group: duration.optional().meta({
    description: 'For so long behind a message, further ones of its kind wait and become one.',
    default: DEFAULTS.notify.group,
  }),
});

export const notifyShape = z.strictObject({
  repository: address
    .optional()
    .meta({ description: "Pages of the repository, for links to commits; without it those of git's remote." }),
  channels: z.record(z.string(), channel).optional().meta({ description: 'Where messages go, by name.' }),
  rules: z.array(rule).optional().meta({
    description:
      'Who hears of what; the first that fits decides. A channel of which no rule speaks hears everything of `production`, and of other environments what went wrong.',
  }),
});
