/** The evidence over time, for `--explain`: at most so many rows, evenly spread, however long the rollout was. */
import type { AnalysisReport } from '../../analysis/analysis.ts';

export interface EvidenceRow {
  readonly share: number | null;
  readonly report: AnalysisReport;
}

const MOST = 24;

export interface EvidenceLog {
  /** True when a row at this time would be kept: a report costs more than asking. */
  due(t: number): boolean;
  add(row: EvidenceRow): void;
  /** Kept whatever the time: a change of weight, the verdict, the end. */
  mark(row: EvidenceRow): void;
  rows(): readonly EvidenceRow[];
}

/** Memory: when the rows are too many, every other one goes and the next ones come half as often. */
export function createEvidenceLog(): EvidenceLog {
  let every = 1;
  let next = 1;
  let regular: EvidenceRow[] = [];
  const marked = new Map<number, EvidenceRow>();

  return {
    due: (t) => t >= next,
    add(row) {
      const { t } = row.report;
      if (regular.length >= MOST) {
        regular = regular.filter((_, at) => at % 2 === 1);
        every *= 2;
      }
      regular.push(row);
      next = (Math.floor(t / every) + 1) * every;
    },
    mark(row) {
      marked.set(row.report.t, row);
    },
    rows() {
      const others = regular.filter(({ report }) => !marked.has(report.t));
      return [...others, ...marked.values()].toSorted((a, b) => a.report.t - b.report.t);
    },
  };
}
