/** The documents beside the journal, in the component. */
import type { Documents, StoredDocument } from '../store.ts';
import type { ComponentCalls } from './component-calls.ts';

interface Row {
  readonly name: string;
  readonly value: string;
  readonly version: number;
}

const toDocument = ({ name, value, version }: Row): StoredDocument => ({
  name,
  value: JSON.parse(value) as StoredDocument['value'],
  version,
});

export function convexDocuments(calls: ComponentCalls): Documents {
  return {
    async read(name) {
      const row = await calls.call<Row | null>('documents:read', { name });
      return row && toDocument(row);
    },
    async list(prefix) {
      return (await calls.call<readonly Row[]>('documents:list', { prefix })).map(toDocument);
    },
    write(name, value, expected) {
      // A call whose answer was lost is sent again: by this the component knows its own write from somebody else's.
      const write = crypto.randomUUID();
      return calls.call('documents:write', { name, value: JSON.stringify(value), expected, write });
    },
    async remove(name) {
      await calls.call('documents:remove', { name });
    },
  };
}
