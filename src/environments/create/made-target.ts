/** What came of one target of a new environment: what is there, and what a person still has to do. */

export interface MadeTarget {
  readonly target: string;
  readonly type: 'convex' | 'vercel';
  /** `by-hand`: nobody could make it from here. */
  readonly state: 'created' | 'found' | 'by-hand';
  /** Deployment or project. */
  readonly name: string | null;
  readonly url: string | null;
  readonly variables: readonly { readonly name: string; readonly state: 'set' | 'missing' }[];
  /** In order. */
  readonly todo: readonly string[];
}

/** A value for a variable; null: none for now. */
export type AskValue = (where: string, name: string) => Promise<string | null>;
export type Values = Readonly<Record<string, string>>;

export async function askAll(ask: AskValue, where: string, names: readonly string[]): Promise<Values> {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = await ask(where, name);
    if (value !== null && value !== '') values[name] = value;
  }
  return values;
}

export const states = (names: readonly string[], values: Values): MadeTarget['variables'] =>
  names.map((name) => ({ name, state: Object.hasOwn(values, name) ? 'set' : 'missing' }));

export function byHand(
  type: MadeTarget['type'],
  target: string,
  names: readonly string[],
  todo: readonly string[],
): MadeTarget {
  return { target, type, state: 'by-hand', name: null, url: null, variables: states(names, {}), todo };
}
