/** Imports: uploaded in parts, parsed, confirmed, applied. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Value } from 'convex/values';
import { z } from 'zod';
import { applyImport, type PlannedTable, planImport } from './apply-import.ts';
import { recordAudit } from './audit-log.ts';
import type { Deployment } from './deployment.ts';
import { type ImportChoice, type Imported, parseImport } from './parse-import.ts';
import { badRequest } from './refusal.ts';

type ImportState = { readonly state: string } & Readonly<Record<string, Value>>;

interface Import {
  readonly id: string;
  readonly creationTime: number;
  readonly choice: ImportChoice;
  state: ImportState;
  imported: Imported | null;
  /** The revision whose schema the import was parsed under. */
  readonly under: Deployment['live'];
}

export interface Imports {
  readonly uploads: Map<string, Map<number, Buffer>>;
  readonly all: Map<string, Import>;
}

export const createImports = (): Imports => ({ uploads: new Map(), all: new Map() });

const STEP_MS = 25;

export function startUpload(deployment: Deployment): string {
  const token = randomUUID();
  deployment.imports.uploads.set(token, new Map());
  return token;
}

export function uploadPart(deployment: Deployment, token: string, part: number, content: Buffer): string {
  const parts = deployment.imports.uploads.get(token);
  if (!parts) throw badRequest('InvalidUploadToken', 'There is no such upload.');
  if (!Number.isInteger(part) || part < 1 || part > 9_999)
    throw badRequest('InvalidPartNumber', 'Parts are numbered from 1 to 9999.');
  parts.set(part, content);
  return `${token}:${part}`;
}

export const FinishUpload = z.object({
  import: z.object({
    tableName: z.string().nullish(),
    componentPath: z.string().nullish(),
    mode: z.enum(['requireEmpty', 'append', 'replace', 'replaceAll']),
    format: z.enum(['csv', 'jsonLines', 'jsonArray', 'zip']),
  }),
  uploadToken: z.string(),
  partTokens: z.array(z.string()),
});

/** Answers the import's id; parsing goes on after it. */
export function finishUpload(deployment: Deployment, request: z.infer<typeof FinishUpload>): string {
  const parts = deployment.imports.uploads.get(request.uploadToken);
  const named = request.partTokens.map((token) => parts?.get(Number(token.split(':').at(-1))));
  if (!parts || named.some((part) => part === undefined))
    throw badRequest('InvalidUploadToken', 'The upload lacks a part that is named.');
  deployment.imports.uploads.delete(request.uploadToken);
  const { tableName, componentPath, mode, format } = request.import;
  const made: Import = {
    id: randomUUID(),
    creationTime: Date.now(),
    choice: { mode, format, tableName: tableName ?? null, componentPath: componentPath ?? '' },
    state: { state: 'uploaded' },
    imported: null,
    under: deployment.live,
  };
  deployment.imports.all.set(made.id, made);
  deployment.changed();
  void parse(deployment, made, Buffer.concat(named.filter((part) => part !== undefined)));
  return made.id;
}

async function parse(deployment: Deployment, made: Import, upload: Buffer): Promise<void> {
  try {
    made.imported = await parseImport(upload, made.choice);
    const plan = planImport(deployment, made.imported, made.choice);
    const full = made.choice.mode === 'requireEmpty' ? plan.find(({ existing }) => existing > 0) : undefined;
    if (full) throw new Error(`Table "${full.table}" already exists and is not empty. Use --append or --replace.`);
    const deletes = plan.some(({ deleted }) => deleted > 0);
    change(deployment, made, {
      state: 'waiting_for_confirmation',
      message_to_confirm: summaryOf(plan),
      require_manual_confirmation: deletes,
    });
  } catch (error) {
    fail(deployment, made, error);
  }
}

function summaryOf(plan: readonly PlannedTable[]): string {
  const rows = plan.map(({ component, table, created, deleted, existing }) => [
    component === '' ? table : `${component}/${table}`,
    String(created),
    `${deleted} of ${existing} documents`,
  ]);
  const all = [['table', 'create', 'delete'], ...rows];
  const widths = [0, 1, 2].map((at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  const lines = all.map((row) => `${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`);
  const ruled = [lines[0], '-'.repeat(lines[0]?.length ?? 0), ...lines.slice(1)].join('\n');
  return `Summary of changes:\n${ruled}\nOnce the import has started, it will run in the background.\nInterrupting \`npx convex import\` will not cancel it.`;
}

/** Leaves the state of waiting before it answers: the command line would ask again otherwise. */
export function performImport(deployment: Deployment, id: string): void {
  const made = importById(deployment, id);
  if (made.state.state !== 'waiting_for_confirmation')
    throw badRequest('ImportNotWaiting', `The import is ${made.state.state}, not waiting for confirmation.`);
  change(deployment, made, { state: 'in_progress', progress_message: 'Importing', checkpoint_messages: [] });
  void apply(deployment, made);
}

async function apply(deployment: Deployment, made: Import): Promise<void> {
  await sleep(STEP_MS, undefined, { ref: false });
  if (made.state.state !== 'in_progress' || !made.imported) return;
  try {
    const ordered = deployment.scenario.importFails;
    if (ordered !== undefined) throw new Error(ordered);
    if (deployment.live !== made.under)
      throw new Error(
        'Could not complete import because schema changed. Please avoid modifying schema.ts while importing tables',
      );
    const written = await applyImport(deployment, made.imported, made.choice);
    recordAudit(deployment, 'snapshot_import', { id: made.id, mode: made.choice.mode, num_rows_written: written });
    const timestamp = BigInt(Date.now()) * 1_000_000n;
    change(deployment, made, { state: 'completed', num_rows_written: BigInt(written), timestamp });
  } catch (error) {
    fail(deployment, made, error);
  }
}

export function cancelImport(deployment: Deployment, id: string): void {
  const made = importById(deployment, id);
  if (made.state.state === 'completed' || made.state.state === 'failed')
    throw badRequest('CannotCancelImport', `The import is ${made.state.state}.`);
  fail(deployment, made, new Error('Import was canceled'));
}

function fail(deployment: Deployment, made: Import, error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  change(deployment, made, { state: 'failed', error_message: reason });
}

function change(deployment: Deployment, made: Import, state: ImportState): void {
  made.state = state;
  if (state.state === 'completed' || state.state === 'failed') made.imported = null;
  deployment.changed();
}

function importById(deployment: Deployment, id: string): Import {
  const made = deployment.imports.all.get(id);
  if (!made) throw badRequest('ImportNotFound', `There is no import "${id}".`);
  return made;
}

export function importDocument({ id, creationTime, state, choice }: Import): Record<string, Value> {
  return {
    _id: id,
    _creationTime: creationTime,
    state,
    mode: choice.mode,
    format: { format: choice.format },
    component_path: choice.componentPath,
  };
}
