/** E-mail and a real mail server: with and without encryption and a name, and each way in which it says no. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createEmailNotifier, type EmailOptions } from '../../../src/notifiers/email.ts';
import { DeliveryFailure } from '../../../src/notifiers/notifier.ts';
import { hostileMessage, messageOf } from '../../support/message.ts';

const signal = new AbortController().signal;
let folder = '';
let key = '';
let cert = '';
let server: SMTPServer | null = null;
let mails: {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly secure: boolean;
}[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-mail-'));
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  const who = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  execFileSync('openssl', ['req', '-x509', ...kind, '-nodes', '-days', '2', ...files, ...who], { stdio: 'ignore' });
  key = readFileSync(join(folder, 'key.pem'), 'utf8');
  cert = readFileSync(join(folder, 'cert.pem'), 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  mails = [];
  await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  server = null;
});

/** Signing in needs `mia` and `s3cret`; whoever has `nobody` in the name gets no mail. */
async function start(options: SMTPServerOptions): Promise<EmailOptions> {
  const made = new SMTPServer({
    key,
    cert,
    onAuth: ({ username, password }, _session, done) =>
      username === 'mia' && password === 's3cret'
        ? done(null, { user: username })
        : done(Object.assign(new Error(`no, ${username}, not with ${password}`), { responseCode: 535 })),
    onRcptTo: ({ address }, _session, done) =>
      done(address.startsWith('nobody') ? Object.assign(new Error('no such box'), { responseCode: 550 }) : null),
    onData: (stream, session, done) => {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const to = rcptTo.map(({ address }) => address);
        mails.push({ from: mailFrom ? mailFrom.address : '', to, text, secure: session.secure });
        done();
      });
    },
    ...options,
  });
  // A client that goes away in the middle of a handshake is no error of the test.
  made.on('error', () => undefined);
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', () => resolve()));
  return {
    server: 'localhost',
    port: (made.server.address() as AddressInfo).port,
    security: 'none',
    user: null,
    password: null,
    from: 'Belay <belay@shop.example>',
    to: ['ops@shop.example', 'mia@shop.example'],
    ca: cert,
  };
}

const failure = async (options: EmailOptions) => {
  const thrown: unknown = await createEmailNotifier(options)
    .send(messageOf('failed'), signal)
    .catch((e: unknown) => e);
  if (!(thrown instanceof DeliveryFailure)) throw new Error(`no failure to deliver: ${String(thrown)}`);
  return { permanent: thrown.permanent, text: thrown.message };
};
const header = (name: string, at = 0) =>
  new RegExp(`^${name}: (.*(?:\r?\n[ \t].*)*)`, 'im').exec(mails[at]?.text ?? '')?.[1]?.replaceAll(/\s+/g, ' ');

test('HTML and text to all, with one Message-ID for one event, in the thread of its deployment, answered by no machine', async () => {
  const options = await start({ authOptional: true, disabledCommands: ['STARTTLS'] });
  const notifier = createEmailNotifier(options);
  await notifier.send(messageOf('failed'), signal);
  await notifier.send(messageOf('failed'), signal);
  await notifier.send(hostileMessage(), signal);
  expect(mails.map(({ from, to }) => [from, ...to])).toEqual(
    Array.from({ length: 3 }, () => ['belay@shop.example', 'ops@shop.example', 'mia@shop.example']),
  );
  expect([header('Message-ID'), header('Message-ID', 1)]).toEqual(
    Array.from({ length: 2 }, () => '<0mwqs3q71ok3ef523wc@shop.example>'),
  );
  expect(header('References')).toBe('<d-2@shop.example>');
  expect(header('Auto-Submitted')).toBe('auto-generated');
  expect(header('Date')).toBe('Sat, 21 Nov 2026 19:06:08 +0000');
  expect(header('Subject')).toMatch(/^=\?UTF-8\?/);
  expect(header('Content-Type')).toMatch(/^multipart\/alternative/);
  expect(mails[0]?.text).toMatch(/Content-Type: text\/plain[^]*Content-Type: text\/html/);
  // What a commit message says stands in no header: nothing can be put behind the subject.
  expect(header('Bcc', 2)).toBeUndefined();
  expect(header('Subject', 2)).not.toMatch(/channel|line two/);
});

test.each([
  ['starttls', {}],
  ['tls', { secure: true }],
] as const)('encrypted by %s, and signed in', async (security, how) => {
  const options = { ...(await start(how)), security, user: 'mia', password: 's3cret' };
  await createEmailNotifier(options).send(messageOf('succeeded'), signal);
  expect(mails).toMatchObject([{ secure: true }]);
  const { permanent, text } = await failure({ ...options, password: 'wr0ng' });
  expect(permanent).toBe(true);
  expect(text).toContain('the mail server did not take it: Invalid login');
});

test('a password is never sent in the open where encryption was asked for, nor to a machine that nobody vouches for', async () => {
  const options = await start({ disabledCommands: ['STARTTLS'], authOptional: true });
  const signedIn: EmailOptions = { ...options, security: 'starttls', user: 'mia', password: 's3cret' };
  expect(await failure(signedIn)).toMatchObject({ text: expect.stringContaining('STARTTLS') });
  await new Promise<void>((resolve) => server?.close(() => resolve()));
  const { ca: _ca, ...unknown } = await start({});
  const { permanent, text } = await failure({ ...unknown, security: 'starttls', user: 'mia', password: 's3cret' });
  expect([permanent, text]).toEqual([false, expect.stringContaining('self-signed certificate')]);
  expect(mails).toEqual([]);
});

test('who is unknown, a server that is full for now, and one that is not there', async () => {
  const options = await start({ authOptional: true });
  expect(await failure({ ...options, to: ['ops@shop.example', 'nobody@shop.example'] })).toEqual({
    permanent: true,
    text: 'the mail server refused it for nobody@shop.example',
  });
  expect(mails.map(({ to }) => to)).toEqual([['ops@shop.example']]);
  expect(await failure({ ...options, to: ['nobody@shop.example'] })).toMatchObject({ permanent: true });
  await new Promise<void>((resolve) => server?.close(() => resolve()));
  expect(await failure(options)).toEqual({ permanent: false, text: expect.stringContaining('ECONNREFUSED') });
  const busy = Object.assign(new Error('try later'), { responseCode: 451 });
  const full = await start({ authOptional: true, onMailFrom: (_address, _session, done) => done(busy) });
  expect(await failure(full)).toEqual({ permanent: false, text: expect.stringContaining('try later') });
});

test('a server that never greets is left as soon as we are told to stop', async () => {
  const options = await start({ onConnect: () => undefined });
  const stop = new AbortController();
  const sending = createEmailNotifier(options).send(messageOf('failed'), stop.signal);
  const before = performance.now();
  stop.abort();
  await expect(sending).rejects.toThrow();
  expect(performance.now() - before).toBeLessThan(1_000);
});
