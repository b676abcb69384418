/** What a person is told about a change. */

/** Every rule that a finding can carry. */
export type Rule =
  | 'old-documents-refused'
  | 'old-schema-refuses-new-documents'
  | 'old-code-meets-new-values'
  | 'new-code-meets-old-values'
  | 'not-understood'
  | 'replace-drops-field'
  | 'field-looks-renamed'
  | 'table-added'
  | 'table-removed'
  | 'table-looks-renamed'
  | 'validation-switched-off'
  | 'validation-switched-on'
  | 'validation-staged'
  | 'staged-validation-applied'
  | 'staged-validation-discarded'
  | 'index-added'
  | 'index-staged'
  | 'index-enabled'
  | 'index-disabled'
  | 'index-changed'
  | 'index-removed'
  | 'schema-refused'
  | 'rollback-needs-mixed-schema';

export interface Finding {
  /** Absent when it is about the whole schema. */
  readonly table?: string;
  /** `address.city`, `tags[]`, `scores{}`, the name of an index; empty for the whole document. */
  readonly path: string;
  readonly rule: Rule;
  readonly why: string;
  /** A document that shows it, as Convex JSON; null when there is none to show. */
  readonly sample: unknown;
  readonly recipe: string;
}
