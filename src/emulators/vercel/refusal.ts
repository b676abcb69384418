/** An answer that is no: `{ error: { code, message } }` with its status, thrown by any rule, sent by the server. */
import type { EmulatorReply } from '../http/request.ts';

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly more: Readonly<Record<string, unknown>>;

  constructor(status: number, code: string, message: string, more: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.more = more;
  }
}

export function notFound(what: string): Refusal {
  return new Refusal(404, 'not_found', `The ${what} was not found`);
}

/** The vendor's words for anything thrown; what is no refusal is a bug of the emulator and says so. */
export function replyTo(error: unknown): EmulatorReply {
  if (error instanceof Refusal) {
    return { status: error.status, json: { error: { code: error.code, message: error.message, ...error.more } } };
  }
  if (error instanceof SyntaxError) {
    return { status: 400, json: { error: { code: 'bad_request', message: 'Invalid JSON' } } };
  }
  const message = `The emulator failed: ${error instanceof Error ? error.message : String(error)}`;
  return { status: 500, json: { error: { code: 'internal_server_error', message } } };
}
