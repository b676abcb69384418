/** The documents of the store in memory. */
import type { Documents, StoredDocument } from '../stores/store.ts';

export function memoryDocuments(all: Map<string, StoredDocument>): Documents {
  return {
    read: async (name) => all.get(name) ?? null,
    list: async (prefix) =>
      [...all.values()].filter(({ name }) => name.startsWith(prefix)).sort((a, b) => (a.name < b.name ? -1 : 1)),
    async write(name, value, expected) {
      if ((all.get(name)?.version ?? null) !== expected) return false;
      all.set(name, { name, value: structuredClone(value), version: (expected ?? 0) + 1 });
      return true;
    },
    remove: async (name) => void all.delete(name),
  };
}
