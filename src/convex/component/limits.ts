/** What fits into one Convex transaction, with room to spare, and the head of a chain without events. */

/** Convex reads and writes up to 16 MiB in a transaction, and answers with as much; text is counted in UTF-16 units. */
export const PAGE_UNITS = 2_000_000;

/** Convex scans up to 32,000 documents in a transaction, and ends a function of more than a second. */
export const PAGE_DOCUMENTS = 2_000;

/** Must be what `core/journal.ts` begins a chain with. */
export const EMPTY = { n: 0, hash: '0'.repeat(64) };

/** How much of an event's JSON its own document holds: small, so that a page of events is cheap to read. */
export const INLINE_UNITS = 16_000;

/** A document holds up to 1 MiB; a unit of UTF-16 is up to three bytes. */
export const PART_UNITS = 250_000;
