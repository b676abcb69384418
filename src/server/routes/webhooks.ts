/** What GitHub tells us: taken only when it is signed with the secret that we share. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Documents } from '../../stores/store.ts';
import type { ServerParts } from '../parts.ts';
import { Refusal } from '../refusal.ts';
import type { Handlers } from '../router.ts';
import { afterPush, type PushEvent, pushEvent, type Pushed, pushedShape } from '../views/pushed.ts';

const DOCUMENT = 'pending/github';
const TRIES = 5;

export async function readPushed(documents: Documents): Promise<Pushed | null> {
  const found = pushedShape.safeParse((await documents.read(DOCUMENT))?.value);
  return found.success ? found.data : null;
}

/** Two dashboards on one store may be told at once. */
async function keepPush(documents: Documents, push: PushEvent): Promise<boolean> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const known = await documents.read(DOCUMENT);
    const before = pushedShape.safeParse(known?.value);
    const after = afterPush(before.success ? before.data : null, push);
    if (!after) return false;
    if (await documents.write(DOCUMENT, after, known?.version ?? null)) return true;
  }
  throw new Refusal(503, 'BUSY', 'Others are writing; send it again');
}

/** @throws Refusal unless the body is signed by somebody who has the secret */
function requireSignature(secret: string, body: Uint8Array, signature: string | undefined): void {
  const [a, b] = [
    Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`),
    Buffer.from(signature ?? ''),
  ];
  if (a.length === b.length && timingSafeEqual(a, b)) return;
  throw new Refusal(401, 'SIGNATURE', 'The signature does not fit', {
    why: 'X-Hub-Signature-256 is missing or of another secret',
  });
}

export function webhookRoutes(parts: ServerParts, told: () => void): Pick<Handlers, 'webhookGitHub'> {
  const { auth, store } = parts;
  return {
    async webhookGitHub({ c }) {
      if (!auth.webhookSecret) {
        const next = 'belay config explain dashboard.webhookSecret';
        throw new Refusal(404, 'NOT_CONFIGURED', 'Webhooks are not configured here', { next });
      }
      const body = new Uint8Array(await c.req.arrayBuffer());
      requireSignature(auth.webhookSecret(), body, c.req.header('x-hub-signature-256'));
      const kind = c.req.header('x-github-event');
      if (kind === 'deployment' || kind === 'deployment_status') told();
      if (kind !== 'push') return { taken: kind === 'deployment' || kind === 'deployment_status' };
      const push = pushEvent.safeParse(parse(body));
      if (!push.success) throw new Refusal(400, 'INVALID', 'This is no push event of GitHub');
      const taken = await keepPush(store.documents, push.data);
      if (taken) told();
      return { taken };
    },
  };
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw new Refusal(400, 'NOT_JSON', 'The body is not JSON', {
      next: 'set its content type to application/json at GitHub',
    });
  }
}
