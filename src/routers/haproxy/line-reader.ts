/** Finds the lines in pieces of a stream, without a string for each of them. */

/** A line lies in [start, end), without its line feed. */
export type TakeLine = (bytes: Buffer, start: number, end: number) => void;

export interface LineReader {
  /** The piece may be overwritten when this returns. */
  read(piece: Buffer): void;
}

const LINE_FEED = 10;

export function createLineReader(take: TakeLine): LineReader {
  /** The beginning of a line whose end has not come yet. */
  let rest: Buffer | null = null;
  return {
    read(piece) {
      const bytes = rest === null ? piece : Buffer.concat([rest, piece]);
      let start = 0;
      for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
        take(bytes, start, end);
        start = end + 1;
      }
      rest = start === bytes.length ? null : Buffer.from(bytes.subarray(start));
    },
  };
}
