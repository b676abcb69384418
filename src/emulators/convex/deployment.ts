/** The state of one Convex deployment. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { format } from 'node:util';
import type { AuditEvent } from './audit-log.ts';
import { type CodeFolder, createCodeFolder } from './code-folder.ts';
import type { Engine } from './engine.ts';
import type { Exports } from './exports.ts';
import type { FunctionLog } from './function-log.ts';
import type { Imports } from './imports.ts';
import type { Pushes } from './pushes.ts';
import type { Revision } from './revision.ts';
import { createTableData, type TableData } from './table-data.ts';

/** Behaviours that are no HTTP fault. */
export interface Scenario {
  /** Exports stay in progress for ever. */
  exportStuck?: boolean;
  exportFails?: boolean;
  /** Imports fail with this text once they are confirmed. */
  importFails?: string;
  /** `slow`: some rounds in progress first; the others end wait_for_schema at once. */
  waitForSchema?: 'raceDetected' | 'failed' | 'slow';
  /** Downloads of exports end early, without an HTTP error. */
  truncatedZip?: boolean;
}

export interface DeploymentInfo {
  readonly name: string;
  readonly deploymentType: 'prod' | 'dev' | 'preview' | 'custom';
  readonly reference: string;
  /** Null: self-hosted. */
  readonly cloud: { readonly id: number; readonly teamId: number; readonly projectId: number } | null;
}

export interface Deployment {
  readonly info: DeploymentInfo;
  /** Keys that open it: the admin key, and deploy keys of the control plane. */
  readonly keys: Set<string>;
  readonly requireKey: boolean;
  readonly folder: CodeFolder;
  readonly environment: Record<string, string>;
  readonly scenario: Scenario;
  readonly audit: AuditEvent[];
  readonly logs: FunctionLog;
  readonly pushes: Pushes;
  readonly exports: Exports;
  readonly imports: Imports;
  /** What console calls of the running function write to. */
  readonly lines: AsyncLocalStorage<string[]>;
  /** Set as soon as the server listens. */
  url: string;
  paused: boolean;
  live: Revision | null;
  engine: Engine | null;
  /** Tables by component path; made on first use, kept when a component is unmounted. */
  dataOf(component: string): TableData;
  readonly mounted: () => string[];
  /** Tells subscribers that something may read differently now. */
  changed(): void;
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

export type NewDeployment = Pick<Deployment, 'info' | 'keys' | 'requireKey'>;
type Parts = Pick<Deployment, 'pushes' | 'exports' | 'imports' | 'logs'>;

export async function createDeployment(options: NewDeployment, parts: Parts): Promise<Deployment> {
  const environment: Record<string, string> = {};
  const lines = new AsyncLocalStorage<string[]>();
  const data = new Map<string, TableData>();
  const listeners = new Set<() => void>();
  const folder = await createCodeFolder({ process: { env: environment }, console: consoleInto(lines) });
  const deployment: Deployment = {
    ...options,
    ...parts,
    folder,
    environment,
    scenario: {},
    audit: [],
    lines,
    url: '',
    paused: false,
    live: null,
    engine: null,
    dataOf(component) {
      const known = data.get(component) ?? createTableData();
      data.set(component, known);
      return known;
    },
    mounted: () => [...(deployment.live?.components.keys() ?? [''])],
    changed: () => listeners.forEach((listener) => listener()),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => folder.remove(),
  };
  return deployment;
}

function consoleInto(lines: AsyncLocalStorage<string[]>) {
  const at =
    (level: string) =>
    (...values: unknown[]) =>
      void lines.getStore()?.push(`[${level}] ${format(...values)}`);
  return { log: at('LOG'), info: at('INFO'), warn: at('WARN'), error: at('ERROR'), debug: at('DEBUG') };
}
