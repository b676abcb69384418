/** Addresses of sources: checked once, shown without anything that could be a secret. */
import { unusable } from './refusals.ts';

/** @throws Problem CONFIG_INVALID for anything but a plain http(s) address */
export function addressOf(source: string, text: string): URL {
  if (!URL.canParse(text)) throw unusable(source, 'its url is not an address that starts with http:// or https://');
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol)) throw unusable(source, 'its url must start with http:// or https://');
  if (url.username || url.password) {
    throw unusable(source, `the url of ${url.host} holds a user or a password; give them as a header from a secret`);
  }
  return url;
}

/** Without query and fragment: tokens stand there. */
export function shownAddress(url: URL): string {
  return url.origin + url.pathname;
}

/** `base` may have a path of its own; `path` has no leading slash. */
export function below(base: URL, path: string): URL {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/+$/, '')}/${path}`;
  return url;
}
