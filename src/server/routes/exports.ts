/** The record as files: streamed, so that its length does not matter. */
import { readTrail } from '../../core/audit-trail.ts';
import { readHistory } from '../../core/history.ts';
import { csvLine, DEPLOYMENT_COLUMNS, deploymentCells, EVENT_COLUMNS, eventCells } from '../../core/record-table.ts';
import type { DeploymentRow, ReleaseRow } from '../../core/views.ts';
import type { Store } from '../../stores/store.ts';
import type { ServerParts } from '../parts.ts';
import { trailOf } from '../reads/audit.ts';
import type { Handlers } from '../router.ts';

const PAGE = 500;
/** Lines that leave together. */
const BATCH = 200;

async function* batches(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let batch: string[] = [];
  for await (const line of lines) {
    batch.push(line);
    if (batch.length < BATCH) continue;
    yield `${batch.join('\n')}\n`;
    batch = [];
  }
  if (batch.length > 0) yield `${batch.join('\n')}\n`;
}

function download(lines: AsyncIterable<string>, name: string, type: string): Response {
  const text = new TextEncoder();
  const source = batches(lines);
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(text.encode(value));
    },
    async cancel() {
      await source.return(undefined);
    },
  });
  return new Response(stream, {
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'content-disposition': `attachment; filename="${name}"`,
    },
  });
}

async function releaseOf(store: Store, row: DeploymentRow): Promise<ReleaseRow | undefined> {
  const [found] = await store.view('releases', { environment: row.environment, key: row.release, limit: 1 });
  return found?.row as ReleaseRow | undefined;
}

type DeploymentsQuery = Omit<Parameters<typeof readHistory>[1], 'limit' | 'before'>;

async function* deploymentRows(store: Store, query: DeploymentsQuery): AsyncGenerator<readonly DeploymentRow[]> {
  for (let before: string | null | undefined; before !== null;) {
    const page = await readHistory(store, { ...query, limit: PAGE, ...(before === undefined ? {} : { before }) });
    yield page.deployments;
    before = page.next;
  }
}

async function* csvOfDeployments(store: Store, query: DeploymentsQuery): AsyncGenerator<string> {
  yield csvLine(DEPLOYMENT_COLUMNS);
  for await (const rows of deploymentRows(store, query)) {
    const releases = await Promise.all(rows.map((row) => releaseOf(store, row)));
    for (const [at, row] of rows.entries()) yield csvLine(deploymentCells(row, releases[at]));
  }
}

async function* jsonOfDeployments(store: Store, query: DeploymentsQuery): AsyncGenerator<string> {
  let start = '[';
  for await (const rows of deploymentRows(store, query)) {
    for (const row of rows) {
      yield start + JSON.stringify(row);
      start = ',';
    }
  }
  yield start === '[' ? '[]' : ']';
}

export function exportRoutes(parts: ServerParts): Pick<Handlers, 'deploymentsExport' | 'auditExport'> {
  const { store } = parts;
  return {
    async deploymentsExport({ query }) {
      const { format, ...asked } = query;
      const given = Object.fromEntries(
        Object.entries(asked).filter(([, value]) => value !== undefined && value !== ''),
      );
      return format === 'csv'
        ? download(csvOfDeployments(store, given), 'deployments.csv', 'text/csv')
        : download(jsonOfDeployments(store, given), 'deployments.json', 'application/json');
    },
    async auditExport({ query: { format, ...asked } }) {
      const { environments, query } = await trailOf(parts, asked);
      const events = readTrail(store, environments, query);
      async function* lines(): AsyncGenerator<string> {
        if (format === 'csv') yield csvLine(EVENT_COLUMNS);
        for await (const event of events) yield format === 'csv' ? csvLine(eventCells(event)) : JSON.stringify(event);
      }
      return format === 'csv'
        ? download(lines(), 'audit.csv', 'text/csv')
        : download(lines(), 'audit.ndjson', 'application/x-ndjson');
    },
  };
}
