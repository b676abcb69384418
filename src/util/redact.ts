/** Keeps secret values out of everything that is shown or recorded. */

export interface Redactor {
  /** Registers a value that must never be shown; short values (under 4 characters) would redact everything and are refused. */
  hide(value: string): void;
  clean(text: string): string;
}

const MASK = '[secret]';

/** Values are also hidden in the forms in which they travel: URL-encoded, base64, and as JSON text. */
function forms(value: string): string[] {
  return [value, encodeURIComponent(value), Buffer.from(value).toString('base64'), JSON.stringify(value).slice(1, -1)];
}

/** `onHide` is told each value once. */
export function createRedactor(onHide?: (value: string) => void): Redactor {
  const hidden = new Set<string>();
  let ordered: string[] = [];
  return {
    hide(value) {
      if (value.length < 4 || hidden.has(value)) return;
      onHide?.(value);
      for (const form of [...forms(value), ...value.split('\n').filter((line) => line.length >= 8)]) hidden.add(form);
      // Longest first, so that a secret which contains another is masked whole.
      ordered = [...hidden].sort((a, b) => b.length - a.length);
    },
    clean(text) {
      return ordered.reduce((result, value) => result.replaceAll(value, MASK), text);
    },
  };
}
