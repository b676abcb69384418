/**
 * Where a release runs, by own looks. Vercel leads a request to the region that is nearest to its sender, and lets nobody
 * choose another: a region that no answer names cannot be told from here, whatever Vercel says of it.
 */

type Answer = Pick<Response, 'status' | 'headers'>;

/** `x-vercel-id: fra1::iad1::…` was taken at fra1 and computed in iad1; of an answer without a function only the first is told. */
export function computedIn({ headers }: Pick<Answer, 'headers'>): string | null {
  const parts = headers.get('x-vercel-id')?.split('::') ?? [];
  return parts.length < 3 ? null : (parts[1] ?? null);
}

export interface RegionLook {
  /** Configured regions that have answered. */
  readonly seen: readonly string[];
  readonly untold: readonly string[];
  /** The first region that gave an answer which is not fine. */
  readonly bad: { readonly region: string; readonly status: number } | null;
}

/**
 * Asks again for as long as every answer comes from another region: one answer too many where they all come from one.
 * @param first the answer that is there already
 */
export async function lookAtRegions(
  wanted: readonly string[],
  first: Answer,
  ask: () => Promise<Answer>,
  isFine: (status: number) => boolean,
): Promise<RegionLook> {
  const met = new Set<string>();
  let answer = first;
  for (;;) {
    const region = computedIn(answer);
    if (region === null || met.has(region)) break;
    met.add(region);
    if (!isFine(answer.status)) return { ...told(wanted, met), bad: { region, status: answer.status } };
    if (wanted.every((one) => met.has(one))) break;
    answer = await ask();
  }
  return { ...told(wanted, met), bad: null };
}

const told = (wanted: readonly string[], met: ReadonlySet<string>) => ({
  seen: wanted.filter((one) => met.has(one)),
  untold: wanted.filter((one) => !met.has(one)),
});

/** `fra1 answered; cannot tell of iad1: …` */
export function regionsSentence({ seen, untold }: RegionLook): string {
  const parts = [
    ...(seen.length > 0 ? [`${seen.join(', ')} answered`] : []),
    ...(untold.length > 0
      ? [`cannot tell of ${untold.join(', ')}: Vercel says that it runs there, and leads requests from here elsewhere`]
      : []),
  ];
  return parts.join('; ');
}
