/** Reads the fields of a line, one after the other, without a string for each: every request costs one such line. */

export interface FieldReader {
  /** Each goes on to the next field; what is missing is empty. */
  next(): void;
  /** A whole number, 0 where there is none; signs of HAProxy's (`+5`) are left out. */
  number(): number;
  /** The first byte; 0 of an empty field. */
  letter(): number;
  word(): string;
  /** Of the field that was read last. */
  asNumber(): number;
  length(): number;
  byte(at: number): number;
  text(from: number): string;
}

const [SPACE, MINUS, ZERO, NINE] = [32, 45, 48, 57];

class Fields implements FieldReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #from: number;
  #to: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#end = end;
    this.#from = start;
    this.#to = start - 1;
  }

  next(): void {
    const from = Math.min(this.#to + 1, this.#end);
    let to = from;
    while (to < this.#end && this.#bytes[to] !== SPACE) to++;
    this.#from = from;
    this.#to = to;
  }

  asNumber(): number {
    let value = 0;
    for (let at = this.#from; at < this.#to; at++) {
      const digit = this.#bytes[at] ?? 0;
      if (digit >= ZERO && digit <= NINE) value = value * 10 + digit - ZERO;
    }
    return this.#bytes[this.#from] === MINUS ? -value : value;
  }

  number(): number {
    this.next();
    return this.asNumber();
  }

  letter(): number {
    this.next();
    return this.length() > 0 ? this.byte(0) : 0;
  }

  word(): string {
    this.next();
    return this.text(0);
  }

  length(): number {
    return this.#to - this.#from;
  }

  byte(at: number): number {
    return this.#bytes[this.#from + at] ?? 0;
  }

  text(from: number): string {
    return this.#bytes.toString('latin1', this.#from + from, this.#to);
  }
}

/** Of the bytes in [start, end). */
export function createFieldReader(bytes: Buffer, start: number, end: number): FieldReader {
  return new Fields(bytes, start, end);
}
