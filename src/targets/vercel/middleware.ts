/** The middleware that shares visitors by an Edge Config item: the text that `belay init` writes into a Next.js application. */

export interface MiddlewareChoices {
  /** Item of the Edge Config, as in `edgeConfig.key`. */
  readonly key: string;
}

/** `middleware.ts`, beside `app/`. Needs the packages `next` and `@vercel/edge-config`, and the variable EDGE_CONFIG. */
export function middlewareText({ key }: MiddlewareChoices): string {
  return `// Written by belay init. Sends a share of the visitors to the release that is being tried out.
import { get } from '@vercel/edge-config';
import { NextResponse, type NextRequest } from 'next/server';

interface Split {
  /** Deployment id of the release that is being tried out. */
  candidate: string;
  url: string;
  /** 0 to 100. */
  percentage: number;
}

const COOKIE = 'belay_bucket';
const SENT = 'x-belay-split';

/** Without an answer everybody stays on the release that is live. */
async function readSplit(): Promise<Split | null> {
  try {
    return (await get<Split>(${JSON.stringify(key)})) ?? null;
  } catch {
    return null;
  }
}

/** A visitor keeps the place in 0..100: a growing share only adds visitors to it. */
function placeOf(request: NextRequest): { place: number; isNew: boolean } {
  const written = request.cookies.get(COOKIE)?.value;
  const place = written === undefined || written === '' ? Number.NaN : Number(written);
  return place >= 0 && place < 100 ? { place, isNew: false } : { place: Math.random() * 100, isNew: true };
}

export async function middleware(request: NextRequest) {
  const split = await readSplit();
  const isHere = split?.candidate === process.env.VERCEL_DEPLOYMENT_ID || request.headers.has(SENT);
  if (!split || split.percentage <= 0 || isHere) return NextResponse.next();
  const { place, isNew } = placeOf(request);
  const response = place < split.percentage ? sendTo(split.url, request) : NextResponse.next();
  if (isNew) response.cookies.set(COOKIE, place.toFixed(4), { path: '/', httpOnly: true, sameSite: 'lax', maxAge: 86_400 });
  return response;
}

function sendTo(url: string, request: NextRequest) {
  const headers = new Headers(request.headers);
  headers.set(SENT, '1');
  // Vercel sets it where the project has a protection bypass: the release's own url may ask for a login.
  const bypass = process.env.VERCEL_AUTOMATION_BYPASS_SECRET;
  if (bypass) headers.set('x-vercel-protection-bypass', bypass);
  return NextResponse.rewrite(new URL(request.nextUrl.pathname + request.nextUrl.search, url), { request: { headers } });
}

// Files as well: those of the other release are not here.
export const config = { matcher: '/:path*' };
`;
}
