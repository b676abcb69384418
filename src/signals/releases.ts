/** Puts the ids of the two releases into what the configuration says. */
export interface Arms {
  readonly canary: string;
  readonly stable: string;
}

export const ARMS = ['canary', 'stable'] as const;

/** Replaces `{canary}` and `{stable}`; `quote` makes an id safe for the language around it. */
export function withReleases(text: string, arms: Arms, quote: (id: string) => string): string {
  return text.replaceAll(/\{(canary|stable)\}/g, (_, arm: keyof Arms) => quote(arms[arm]));
}

/** For PromQL and JSONPath alike: inside a text in single or double quotes. */
export function quoteInside(id: string): string {
  return id.replaceAll(/[\\"']/g, (mark) => `\\${mark}`);
}
