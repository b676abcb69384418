/** A request that the deployment refuses, in the vendor's shape: `{code, message}` with an HTTP status. */
import type { EmulatorReply } from '../http/request.ts';

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const badRequest = (code: string, message: string) => new Refusal(400, code, message);

export function refusalReply(error: unknown): EmulatorReply {
  if (error instanceof Refusal)
    return { status: error.status, json: { code: error.code, message: error.message, trace: '' } };
  if (error instanceof SyntaxError)
    return { status: 400, json: { code: 'BadJsonBody', message: `The request body is not JSON: ${error.message}` } };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { status: 500, json: { code: 'InternalServerError', message } };
}
