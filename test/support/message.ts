/** A message as the outbox makes it, and one with all that a hostile or a talkative author can put into it. */
import type { Message } from '../../src/notifiers/notifier.ts';

const [OLD, NEW] = ['a'.repeat(40), 'b'.repeat(40)] as const;
const REPOSITORY = 'https://github.com/acme/shop';

export function messageOf(news: Message['news'], more: Partial<Message> = {}): Message {
  return {
    id: '0mwqs3q71ok3ef523wc',
    news,
    severity: 'warning',
    at: '2026-11-21T19:06:08.606Z',
    app: 'shop',
    environment: 'production',
    deployment: 'd-2',
    kind: 'deploy',
    code: {
      release: 'r-2',
      source: { commit: NEW, subject: 'Charge in cents', author: 'Mia' },
      commitUrl: `${REPOSITORY}/commit/${NEW}`,
    },
    actor: 'mia',
    durationMs: 200_000,
    text: 'rolled back: activate:web failed',
    failure: { step: 'activate:web', error: 'start ended with code 1: Error: no such table: cents' },
    evidence: { trigger: 'error-rate', observed: '12.5 % of 1,204 requests', limit: '5 %' },
    live: {
      release: 'r-1',
      source: { commit: OLD, subject: 'Charge' },
      commitUrl: `${REPOSITORY}/commit/${OLD}`,
      url: 'https://shop.example/',
    },
    next: 'belay show d-2',
    link: 'https://belay.example/deployments/d-2',
    count: 1,
    ...more,
  };
}

const LONG = `<!channel> <@U123> @everyone [x](javascript:alert(1)) *b* _i_ ~s~ \`c\` | "q" & <script>alert(1)</script> ${'🚢 wide and long '.repeat(2_000)}`;

/** Every text of it is nothing but what has to be escaped. */
export const escapedMessage = (): Message => hostileMessage('&*<_~`[]\\|()'.repeat(1_000));

/** Every text of it is long, and full of what some platform reads as markup. */
export function hostileMessage(text = LONG): Message {
  return messageOf('failed', {
    app: 'shop'.repeat(10),
    text: `line one\nline two ${text}`,
    actor: text,
    failure: { step: text, error: text },
    evidence: { trigger: text, observed: text, limit: text },
    code: {
      release: text,
      source: { commit: NEW, subject: text, author: text },
      commitUrl: `${REPOSITORY}/commit/${NEW}`,
    },
    next: text,
    count: 12,
  });
}
