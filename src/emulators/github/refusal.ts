/** GitHub's errors: `{ message, documentation_url, status, errors? }`. */
import type { z } from 'zod';
import type { EmulatorReply, EmulatorRequest } from '../http/request.ts';

const DOCUMENTATION = 'https://docs.github.com/rest';

export interface FieldError {
  readonly resource: string;
  readonly field: string;
  readonly code: string;
}

export class Refusal extends Error {
  readonly status: number;
  readonly errors: readonly FieldError[] | undefined;

  constructor(status: number, message: string, errors?: readonly FieldError[]) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.errors = errors;
  }
}

export const notFound = (): Refusal => new Refusal(404, 'Not Found');

/** What is no refusal is a bug of the emulator and says so. */
export function replyTo(error: unknown): EmulatorReply {
  if (error instanceof SyntaxError) return replyTo(new Refusal(400, 'Problems parsing JSON'));
  if (!(error instanceof Refusal)) {
    return replyTo(new Refusal(500, `The emulator failed: ${error instanceof Error ? error.message : String(error)}`));
  }
  const { status, message, errors } = error;
  const json = { message, documentation_url: DOCUMENTATION, status: String(status), ...(errors ? { errors } : {}) };
  return { status, json };
}

/** @throws Refusal 422 with the field that does not fit */
export async function readBody<T extends z.ZodType>(
  request: EmulatorRequest,
  resource: string,
  shape: T,
): Promise<z.output<T>> {
  const parsed = shape.safeParse((await request.json()) ?? {});
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, code }) => ({
    resource,
    field: path.join('.'),
    code: code === 'invalid_type' ? 'missing_field' : 'invalid',
  }));
  throw new Refusal(422, 'Validation Failed', errors);
}
