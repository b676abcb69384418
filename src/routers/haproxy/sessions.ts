/** The requests and streams that HAProxy has open, one by one: for those that hang and for those that are cut. */

/** HAProxy's flag of a stream that waits for the head of the answer (`AN_RES_WAIT_HTTP`). */
const AWAITS_ANSWER = 0x40_0000;

export interface OpenSession {
  /** HAProxy's name for it. */
  readonly id: string;
  readonly slot: string;
  /** The client's address and port. */
  readonly peer: string;
  /** Whole seconds. */
  readonly ageS: number;
  readonly awaitsAnswer: boolean;
}

const UNITS: Readonly<Record<string, number>> = { d: 86_400, h: 3_600, m: 60, s: 1 };

function seconds(age: string): number {
  return [...age.matchAll(/(\d+)([dhms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0),
    0,
  );
}

/** The lines of `show sess` that belong to one of the backends. */
export function parseSessions(text: string, backends: ReadonlySet<string>): readonly OpenSession[] {
  return text.split('\n').flatMap((line): OpenSession[] => {
    const [, id, peer = '', backend = '', slot = '', age = ''] =
      /^(0x[0-9a-f]+): proto=\S+ src=(\S+) fe=\S+ be=(\S+) srv=(\S+) .*?\bage=(\S+)/.exec(line) ?? [];
    if (id === undefined || !backends.has(backend)) return [];
    const analysers = Number.parseInt(/rp\[f=\S+,an=([0-9a-f]+)h/.exec(line)?.[1] ?? '0', 16);
    return [{ id, slot, peer, ageS: seconds(age), awaitsAnswer: (analysers & AWAITS_ANSWER) !== 0 }];
  });
}

/** Of `show sess all`: streams carry the mark that our configuration gives to them. */
export function parseStreams(text: string): ReadonlySet<string> {
  const blocks = text.split(/^(?=0x[0-9a-f]+: \[)/m);
  return new Set(blocks.flatMap((block) => (/\bnice=1 /.test(block) ? [block.slice(0, block.indexOf(':'))] : [])));
}
