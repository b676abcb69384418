/** E-mail by SMTP. A message sent twice has the same Message-ID, so that mail programs show it once. */
import { createTransport } from 'nodemailer';
import { emailHtml } from './email-html.ts';
import { DeliveryFailure, type Message, type Notifier } from './notifier.ts';
import { cut, plainLines, type Words, wordsOf } from './wording.ts';

export interface EmailOptions {
  readonly server: string;
  readonly port: number;
  /** `tls` from the first byte, `starttls` or nothing, `none`. */
  readonly security: 'tls' | 'starttls' | 'none';
  readonly user: string | null;
  readonly password: string | null;
  readonly from: string;
  readonly to: readonly string[];
  /** Who is trusted besides the machine's own authorities, as PEM. */
  readonly ca?: string;
}

const CONNECT_LIMIT_MS = 5_000;
const SILENCE_LIMIT_MS = 8_000;
const SUBJECT_LIMIT = 200;
const TEXT_LIMIT = 4_000;
const VALUE_LIMIT = 1_000;

export function createEmailNotifier(options: EmailOptions): Notifier {
  return {
    name: 'E-mail',
    async send(message, signal) {
      signal.throwIfAborted();
      const transport = createTransport(transportOptions(options));
      const stop = new AbortController();
      const stopped = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true, signal: stop.signal });
      });
      try {
        await Promise.race([sendBy(transport, mailOf(options, message)), stopped]);
      } finally {
        stop.abort();
        transport.close();
      }
    },
  };
}

function transportOptions({ server, port, security, user, password, ca }: EmailOptions) {
  return {
    host: server,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user !== null && password !== null ? { auth: { user, pass: password } } : {}),
    ...(ca === undefined ? {} : { tls: { ca } }),
    connectionTimeout: CONNECT_LIMIT_MS,
    greetingTimeout: CONNECT_LIMIT_MS,
    dnsTimeout: CONNECT_LIMIT_MS,
    socketTimeout: SILENCE_LIMIT_MS,
    // What a message says is text, never the name of a file or an address to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

export function mailOf({ from, to }: EmailOptions, message: Message) {
  const words = shortened(wordsOf(message));
  const domain = /@([^\s@>]+)>?$/.exec(from)?.[1] ?? 'belay.invalid';
  const thread = message.deployment === null ? null : `<${message.deployment}@${domain}>`;
  return {
    from,
    to: [...to],
    subject: cut(`${words.shape} ${words.headline}`, SUBJECT_LIMIT),
    text: [...plainLines(words), '', '-- ', `${message.at} · ${message.id} · sent by belay`].join('\n'),
    html: emailHtml(message, words),
    messageId: `<${message.id}@${domain}>`,
    date: new Date(message.at),
    // The mails of one deployment hang together.
    ...(thread === null ? {} : { references: [thread], inReplyTo: thread }),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All', 'X-Belay-Event': message.id },
    ...(message.severity === 'urgent' ? { priority: 'high' as const } : {}),
  };
}

/** A mail may be long, but nobody reads on for ever. */
function shortened(words: Words): Words {
  const facts = words.facts.map((fact) => ({ ...fact, value: cut(fact.value, VALUE_LIMIT) }));
  return { ...words, text: cut(words.text, TEXT_LIMIT), facts };
}

type Transport = ReturnType<typeof createTransport>;

async function sendBy(transport: Transport, mail: ReturnType<typeof mailOf>): Promise<void> {
  const sent = await transport.sendMail(mail).catch((error: unknown) => {
    throw failureOf(error);
  });
  // The others have it: sending it again would give it to them twice.
  if (sent.rejected.length > 0) {
    const whom = sent.rejected.map((one: unknown) => (typeof one === 'string' ? one : addressOf(one))).join(', ');
    throw new DeliveryFailure(`the mail server refused it for ${whom}`, { permanent: true });
  }
}

const addressOf = (one: unknown): string => (one as { readonly address?: string } | null)?.address ?? 'somebody';

function failureOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { responseCode, code } = error as Error & { readonly responseCode?: number; readonly code?: string };
  const answered = responseCode === undefined ? code : String(responseCode);
  return new DeliveryFailure(`the mail server did not take it: ${error.message}${answered ? ` (${answered})` : ''}`, {
    permanent: responseCode !== undefined && responseCode >= 500,
    cause: error,
  });
}
