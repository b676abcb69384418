/** Any program that listens: CloudEvents, signed after Standard Webhooks. Its repeated messages have the same `webhook-id`. */
import { createHmac } from 'node:crypto';
import { cloudEvent } from './cloud-event.ts';
import { DeliveryFailure, type Notifier } from './notifier.ts';
import { post } from './post.ts';

export interface WebhookOptions {
  readonly url: string;
  /** Base64, with `whsec_` before it or not. Each of them signs, so that receivers may change theirs in their own time. */
  readonly secrets: readonly string[];
  /** Seconds since 1970, for the signature; receivers refuse what is old. */
  readonly now: () => number;
}

export function createWebhookNotifier({ url, secrets, now }: WebhookOptions): Notifier {
  return {
    name: 'Webhook',
    async send(message, signal) {
      const body = cloudEvent(message);
      const timestamp = String(Math.floor(now()));
      const headers = {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'webhook-id': message.id,
        'webhook-timestamp': timestamp,
        ...(secrets.length === 0 ? {} : { 'webhook-signature': sign(secrets, message.id, timestamp, body) }),
      };
      await post({ name: 'Webhook', url, body, headers, signal });
    },
  };
}

function sign(secrets: readonly string[], id: string, timestamp: string, body: string): string {
  return secrets
    .map((secret) => `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')}`)
    .join(' ');
}

function keyOf(secret: string): Buffer {
  const text = secret.replace(/^whsec_/, '');
  const key = Buffer.from(text, 'base64');
  // Node reads over what is no base64: another key than the receiver's would sign.
  if (key.length === 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text))
    throw new DeliveryFailure('a secret of the webhook is not base64; make one with: openssl rand -base64 32', {
      permanent: true,
    });
  return key;
}
