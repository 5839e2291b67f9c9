import parser from 'yargs-parser';
import { usageError } from '../errors.js';
import type { Command } from './command.js';
import { COMMON, type OptionTable, type OptionValues } from './options.js';

export interface Arguments<T extends OptionTable> {
  options: OptionValues<T & typeof COMMON>;
  operands: string[];
}

/** Refuses flags that are repeated or have a value: yargs keeps the last and drops the rest without a word. */
function checkFlags(argv: string[], table: OptionTable, hint: string): void {
  const end = argv.indexOf('--');
  const seen = new Set<string>();
  for (const word of end < 0 ? argv : argv.slice(0, end)) {
    const [, name = '', value] = /^--([^=]+)(=.*)?$/s.exec(word) ?? [];
    if (!Object.hasOwn(table, name) || table[name]!.parse !== undefined) continue;
    if (value !== undefined) throw usageError(`--${name} takes no value`, { hint });
    if (seen.has(name)) throw usageError(`--${name} is given twice`, { hint });
    seen.add(name);
  }
}

/**
 * Reads a command line.
 *
 * @throws a usage error for options that are unknown, repeated, without a value or out of range
 */
export function parseArguments<T extends OptionTable>(command: Command<T>, argv: string[]): Arguments<T> {
  const hint = `see ${command.name} --help`;
  const table: OptionTable = { ...command.options, ...COMMON };
  checkFlags(argv, table, hint);
  const typed = read(argv, table, hint);
  const options: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table)) {
    const given = typed[name];
    if (Array.isArray(given)) throw usageError(`--${name} is given ${given.length} times`, { hint });
    if (given === undefined) options[name] = option.fallback;
    else if (option.parse === undefined) options[name] = given;
    else {
      try {
        options[name] = option.parse(String(given));
      } catch (error) {
        throw usageError(`--${name} ${(error as Error).message}`, { hint });
      }
    }
  }
  return { options: options as Arguments<T>['options'], operands: typed._.map(String) };
}

/** What stands on the line, option by option, as text; operands are in `_`. */
function read(argv: string[], table: OptionTable, hint: string): parser.Arguments {
  const names = Object.keys(table);
  const isFlag = (name: string) => table[name]!.parse === undefined;
  const withValue = names.filter((name) => !isFlag(name));
  const { argv: typed, error } = parser.detailed(argv, {
    boolean: names.filter(isFlag),
    string: withValue,
    narg: Object.fromEntries(withValue.map((name) => [name, 1])),
    configuration: {
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'boolean-negation': false,
      'short-option-groups': false,
    },
  });
  if (error !== null) {
    const option = /^Not enough arguments following: (.+)$/.exec(error.message)?.[1];
    if (option === undefined) throw usageError(error.message, { hint });
    throw usageError(`--${option} needs a value`, { hint: `one that begins with a dash: --${option}=-…` });
  }
  const unknown = Object.keys(typed).find((name) => name !== '_' && !Object.hasOwn(table, name));
  if (unknown === undefined) return typed;
  throw usageError(`there is no option ${unknown.length === 1 ? '-' : '--'}${unknown}`, { hint });
}
