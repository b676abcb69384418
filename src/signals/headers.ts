/** Request headers from what the configuration gives, secrets among it. */
import { unusable } from './refusals.ts';
import type { Headers as Written } from './spec.ts';

/** @throws Problem CONFIG_INVALID with the name of a header whose value cannot be sent */
export function headersOf(source: string, written: Written, own: Readonly<Record<string, string>>): Headers {
  const headers = new Headers(own);
  for (const [name, value] of Object.entries(written)) {
    const text = typeof value === 'string' ? value : value.reveal();
    try {
      headers.set(name, text);
    } catch {
      // The error of the platform quotes the value, which may be a secret.
      throw unusable(source, `the header ${name} cannot be sent`);
    }
  }
  return headers;
}
