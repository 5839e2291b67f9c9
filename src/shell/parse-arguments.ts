import { usageError } from '../errors.js';
import type { Command } from './command.js';
import { COMMON, type OptionTable, type OptionValues } from './options.js';

export interface Arguments<T extends OptionTable> {
  options: OptionValues<T & typeof COMMON>;
  operands: string[];
}

/**
 * Reads a command line: `--name VALUE`, `--name=VALUE`, flags, operands among them, and nothing but operands after
 * `--`. Nothing is guessed: yargs's own parser lets `--quiet true` swallow an operand, takes `--_=x` for one, and
 * keeps the last of two flags without a word.
 *
 * @throws a usage error for options that are unknown, repeated, without a value or out of range
 */
export function parseArguments<T extends OptionTable>(command: Command<T>, argv: string[]): Arguments<T> {
  const hint = `see ${command.name} --help`;
  const table: OptionTable = { ...command.options, ...COMMON };
  const { typed, operands } = read(argv, table, hint);
  const options: Record<string, unknown> = {};
  for (const [name, { fallback, parse }] of Object.entries(table)) {
    const [given, ...more] = typed.get(name) ?? [];
    if (more.length > 0) {
      const times = parse === undefined && more.length === 1 ? 'twice' : `${more.length + 1} times`;
      throw usageError(`--${name} is given ${times}`, { hint });
    }
    if (given === undefined) options[name] = fallback;
    else if (parse === undefined) options[name] = true;
    else {
      try {
        options[name] = parse(given);
      } catch (error) {
        throw usageError(`--${name} ${(error as Error).message}`, { hint });
      }
    }
  }
  return { options: options as Arguments<T>['options'], operands };
}

/** What stands on the line for each option, as typed, and the operands. */
function read(argv: string[], table: OptionTable, hint: string) {
  const typed = new Map<string, string[]>();
  const operands: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at]!;
    if (word === '--') {
      operands.push(...argv.slice(at + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
    const [, name = '', inline] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (!Object.hasOwn(table, name))
      throw usageError(`there is no option ${/^-*[^=]*/.exec(word)![0]}`, { hint });
    const isFlag = table[name]!.parse === undefined;
    if (isFlag && inline !== undefined) throw usageError(`--${name} takes no value`, { hint });
    const values = typed.get(name) ?? [];
    typed.set(name, values);
    if (isFlag) values.push('');
    else if (inline !== undefined) values.push(inline);
    else {
      const value = argv[at + 1];
      // A word that begins with a dash is another option, unless it is a number, as longitudes are, or stdin.
      if (value === undefined || /^-(?![\d.]|$)/.test(value))
        throw usageError(`--${name} needs a value`, { hint: `one that begins with a dash: --${name}=-…` });
      values.push(value);
      at += 1;
    }
  }
  return { typed, operands };
}
