/** A span of OTLP's JSON, and the ids that follow from a deployment's. */
import { hash } from 'node:crypto';
import type { Attribute, SpanEvent } from './otlp-values.ts';

/** Kinds of spans: a run of a pipeline is what the conventions call a server span. */
export const SPAN = { internal: 1, server: 2 } as const;
export const STATUS = { ok: 1, error: 2 } as const;

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly events?: readonly SpanEvent[];
  readonly status: { readonly code?: number; readonly message?: string };
}

/** 16 bytes in hexadecimal digits. */
export const traceIdOf = (deployment: string): string => hash('sha256', `belay trace ${deployment}`).slice(0, 32);

/** 8 bytes in hexadecimal digits. */
export const spanIdOf = (deployment: string, span: string): string =>
  hash('sha256', `belay span ${deployment} ${span}`).slice(0, 16);
