/** The text format of Prometheus, version 0.0.4. */

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export interface Bounded {
  readonly labels: Labels;
  readonly values: readonly number[];
}

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

const line = (name: string, { labels, value }: Sample): string => `${name}${labelText(labels)} ${numberText(value)}`;

function family(name: string, type: string, help: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`, ...lines];
}

/** Nothing at all without samples: a name without values says nothing. */
export function gauge(name: string, help: string, samples: readonly Sample[]): readonly string[] {
  return family(
    name,
    'gauge',
    help,
    samples.map((sample) => line(name, sample)),
  );
}

export function counter(name: string, help: string, samples: readonly Sample[]): readonly string[] {
  return family(
    name,
    'counter',
    help,
    samples.map((sample) => line(name, sample)),
  );
}

/** Each bound counts what is at most as large; bounds ascend. */
export function histogram(
  name: string,
  help: string,
  bounds: readonly number[],
  groups: readonly Bounded[],
): readonly string[] {
  const lines = groups.flatMap(({ labels, values }) => {
    const sorted = Float64Array.from(values).toSorted();
    let count = 0;
    const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound) => {
      while (count < sorted.length && (sorted[count] ?? 0) <= bound) count += 1;
      return line(`${name}_bucket`, { labels: { ...labels, le: numberText(bound) }, value: count });
    });
    const sum = values.reduce((total, value) => total + value, 0);
    return [
      ...buckets,
      line(`${name}_sum`, { labels, value: sum }),
      line(`${name}_count`, { labels, value: values.length }),
    ];
  });
  return family(name, 'histogram', help, lines);
}

export interface Summed {
  readonly labels: Labels;
  readonly sum: number;
  readonly count: number;
}

/** Without quantiles: those of several machines cannot be put together. */
export function summary(name: string, help: string, groups: readonly Summed[]): readonly string[] {
  const lines = groups.flatMap(({ labels, sum, count }) => [
    line(`${name}_sum`, { labels, value: sum }),
    line(`${name}_count`, { labels, value: count }),
  ]);
  return family(name, 'summary', help, lines);
}
