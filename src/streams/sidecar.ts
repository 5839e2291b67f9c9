import { inputError, type Place } from '../errors.js';
import { LIMITS, raise } from '../limits.js';

export type JsonObject = Record<string, unknown>;

const CLOSING_BRACE = 0x7d;

/**
 * What is known of a vignette: one JSON object, both as text and as what it says. Each is made of the other
 * only when it is asked for, because parsing and writing thousands of records costs more than tagging them.
 */
export class Sidecar {
  #record: JsonObject | undefined;
  #bytes: Buffer | undefined;

  private constructor(record: JsonObject | undefined, bytes: Buffer | undefined) {
    this.#record = record;
    this.#bytes = bytes;
  }

  /** The sidecar of a record. The record is not to be changed afterwards. */
  static of(record: JsonObject): Sidecar {
    return new Sidecar(record, undefined);
  }

  /**
   * A sidecar as it stands in a file or an archive.
   *
   * @param most bytes; parsed, a text can take thirty times its size
   * @throws an input error where this is not one JSON object, or too long
   */
  static parse(bytes: Uint8Array, place: Place, most = LIMITS.fileBytes): Sidecar {
    if (bytes.length > most)
      throw inputError(`${bytes.length} bytes are more than the ${most} that a sidecar may have`, {
        ...place,
        hint: raise('max-file-bytes'),
      });
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let parsed: unknown;
    try {
      parsed = JSON.parse(buffer.toString());
    } catch (cause) {
      throw inputError('this sidecar is not JSON', { ...place, cause });
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
      throw inputError('this sidecar is not a JSON object', place);
    return new Sidecar(parsed as JsonObject, buffer);
  }

  /** What it says; not to be changed. */
  get record(): JsonObject {
    this.#record ??= JSON.parse(this.bytes.toString()) as JsonObject;
    return this.#record;
  }

  /** Its text: as it came in, or one line with its end. */
  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(this.#text);
    return this.#bytes;
  }

  /** The same as text or as bytes, whichever takes no conversion. */
  get content(): Buffer | string {
    return this.#bytes ?? this.#text;
  }

  get #text(): string {
    return `${JSON.stringify(this.#record)}\n`;
  }

  /**
   * A sidecar with further members at the end; the rest of the text stays as it is.
   *
   * @param members JSON text such as `"depth":5,"position":{…}`, of keys that are not there yet
   */
  append(members: string): Sidecar {
    const closing = this.bytes.lastIndexOf(CLOSING_BRACE);
    const comma = Object.keys(this.record).length > 0 ? ',' : '';
    const tail = Buffer.from(`${comma}${members}}\n`);
    return new Sidecar(undefined, Buffer.concat([this.bytes.subarray(0, closing), tail]));
  }
}
