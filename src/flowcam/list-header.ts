/**
 * The head of a list (`.lst`, `.flb`): version, number of fields, and each field's name and type.
 *
 * ```
 * 017
 * num-fields|53
 * id|int32
 * …
 * ```
 *
 * Fields are bound by name, never by position or number: real lists have 53, 57 or 65.
 */
import { inputError } from '../errors.js';
import { LIMITS, raise } from '../limits.js';
import { RESERVED_KEYS } from './particle-record.js';

const TYPES = ['int32', 'double', 'string', 'timestamp', 'guid'] as const;
export type FieldType = (typeof TYPES)[number];

export interface Field {
  name: string;
  type: FieldType;
}

export interface ListHeader {
  /** `17` for `017`, the only one seen so far. */
  version: number;
  fields: Field[];
}

const FIRST_VERSION = 17;

/** Takes the lines of a list's head one by one. */
export class ListHeaderParser {
  readonly #file: string;
  readonly #mostFields: number;
  #version: number | undefined;
  #count = 0;
  #line = 0;
  readonly #fields: Field[] = [];

  constructor(file: string, mostFields = LIMITS.fields) {
    this.#file = file;
    this.#mostFields = mostFields;
  }

  /**
   * Takes the next line.
   *
   * @returns the header after its last line, undefined before
   * @throws an input error for what is no list of version 017 or later
   */
  take(text: string): ListHeader | undefined {
    this.#line += 1;
    if (this.#line === 1) this.#version = this.#takeVersion(text);
    else if (this.#line === 2) this.#count = this.#takeCount(text);
    else this.#fields.push(this.#takeField(text));
    if (this.#line < 2 || this.#fields.length < this.#count) return undefined;
    return { version: this.#version!, fields: this.#fields };
  }

  /** The error for a list that ends before its head does. */
  cutShort() {
    return this.#error(
      this.#line === 0
        ? 'this list is empty'
        : `this list ends inside its head, which has ${this.#count} fields`,
      'the file may be cut short; copy it again',
    );
  }

  #takeVersion(text: string): number {
    const version = /^\d{1,4}$/.test(text) ? Number(text) : undefined;
    if (version !== undefined && version >= FIRST_VERSION) return version;
    if (/^\d{1,4}(\D|$)/.test(text))
      throw this.#error(
        `lists of version ${text.slice(0, 20)} are not read`,
        'export the run again with VisualSpreadsheet 3 or later, which writes version 017',
      );
    throw this.#error('this is no FlowCam list', 'a list begins with its version, such as 017');
  }

  #takeCount(text: string): number {
    const count = Number(/^num-fields\|(\d{1,6})$/.exec(text)?.[1]);
    if (!Number.isInteger(count)) throw this.#error('num-fields|N is due in this line');
    if (count < 1 || count > this.#mostFields)
      throw this.#error(
        `a list has from 1 to ${this.#mostFields} fields, not ${count}`,
        count < 1 ? undefined : raise('max-fields'),
      );
    return count;
  }

  #takeField(text: string): Field {
    const [name = '', type, ...more] = text.split('|');
    const place = `field ${this.#fields.length + 1} of ${this.#count}`;
    if (type === undefined || more.length > 0)
      throw this.#error(`name|type of ${place} is due in this line`, 'does num-fields say the right number?');
    if (!/^[^\s"\u0000-\u001f\u007f]([^"\u0000-\u001f\u007f]*[^\s"\u0000-\u001f\u007f])?$/.test(name))
      throw this.#error(`${place} has no proper name`);
    if (!(TYPES as readonly string[]).includes(type))
      throw this.#error(
        `the type "${type.slice(0, 40)}" of ${name} is unknown`,
        `known are ${TYPES.join(', ')}`,
      );
    if (RESERVED_KEYS.includes(name))
      throw this.#error(`a field called ${name} cannot be told from the toolkit's own`);
    if (this.#fields.some((field) => field.name === name)) throw this.#error(`${name} is there twice`);
    return { name, type: type as FieldType };
  }

  #error(message: string, hint?: string) {
    return inputError(message, { file: this.#file, line: Math.max(1, this.#line), hint });
  }
}

/** What values of each type look like in every list seen; such numbers are numbers of JSON as they are written. */
const PLAIN: Record<FieldType, string> = {
  int32: '-?(?:0|[1-9]\\d{0,8})',
  double: '-?(?:0|[1-9]\\d{0,17})\\.\\d{1,17}',
  string: '[^|]*',
  timestamp: '[^|]*',
  guid: '[^|]*',
};

/**
 * A pattern that rows with proper values fit, as long as their numbers are plain. One match a row is several
 * times faster than a look at each cell; rows that do not fit are looked at cell by cell.
 */
export const plainRow = ({ fields }: ListHeader): RegExp =>
  new RegExp(`^${fields.map(({ type }) => PLAIN[type]).join('\\|')}$`);

/** What a value of each type is called in errors. */
export const CALLED: Record<FieldType, string> = {
  int32: 'whole number',
  double: 'number',
  string: 'text',
  timestamp: 'time',
  guid: 'identifier',
};

const INTEGER = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const INT32_MOST = 2 ** 31 - 1;

/**
 * The value of a cell, typed by its field: int32 and double are numbers, all else stays as written.
 *
 * @returns undefined where the text is no value of that type
 */
export function typedValue(text: string, type: FieldType): number | string | undefined {
  if (type === 'double') {
    const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
    return Number.isFinite(value) ? value : undefined;
  }
  if (type === 'int32') {
    const value = INTEGER.test(text) ? Number(text) : Number.NaN;
    return value <= INT32_MOST && value >= -INT32_MOST - 1 ? value : undefined;
  }
  return text;
}
