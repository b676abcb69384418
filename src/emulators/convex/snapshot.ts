/** The data of a deployment at one instant. Documents are never changed in place: lists of them are enough. */
import type { Deployment } from './deployment.ts';
import { documentOf, rowsOf, type StoredDocument, tableNumber, tablesOf } from './table-data.ts';

export interface StoredFile {
  readonly document: StoredDocument;
  readonly content: Blob;
}

export interface ComponentSnapshot {
  /** `''`, `guard`, `guard/inner`. */
  readonly component: string;
  readonly tables: readonly {
    readonly name: string;
    readonly number: number;
    readonly documents: readonly StoredDocument[];
  }[];
  readonly files: readonly StoredFile[];
}

export interface SnapshotChoice {
  readonly includeStorage: boolean;
  /** Null: the app and every component. */
  readonly component: string | null;
}

export function takeSnapshot(deployment: Deployment, choice: SnapshotChoice): ComponentSnapshot[] {
  const chosen = deployment
    .mounted()
    .filter(
      (path) => choice.component === null || path === choice.component || path.startsWith(`${choice.component}/`),
    );
  return chosen.map((component) => {
    const data = deployment.dataOf(component);
    const tables = tablesOf(data).map((name) => ({
      name,
      number: tableNumber(data, name),
      documents: rowsOf(data, name),
    }));
    const files = Object.entries(choice.includeStorage ? data.files : {}).flatMap(([id, content]) => {
      const document = documentOf(data, id);
      return document ? [{ document, content }] : [];
    });
    return { component, tables, files };
  });
}
