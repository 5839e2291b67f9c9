import yargs from 'yargs';
import { usageError } from '../errors.js';
import type { Command } from './command.js';
import { flag, type OptionTable, type OptionValues } from './options.js';

/** Options that every command has. */
const COMMON = {
  help: flag('show this help'),
  version: flag('show the version'),
  quiet: flag('say nothing but errors'),
  verbose: flag('say more'),
} satisfies OptionTable;

export interface Arguments<T extends OptionTable> {
  options: OptionValues<T & typeof COMMON>;
  operands: string[];
}

function parserOf(command: Command) {
  const options = Object.entries({ ...command.options, ...COMMON });
  const parser = yargs()
    .scriptName(command.name)
    .usage(
      [
        `${command.name} - ${command.summary}`,
        `Examples:\n${command.examples.map((line) => `  ${line}`).join('\n')}`,
        `Usage: ${command.name} [options] ${command.operands}`.trimEnd(),
      ].join('\n\n'),
    )
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'boolean-negation': false,
      'short-option-groups': false,
    })
    .locale('en')
    .help(false)
    .version(false)
    .exitProcess(false)
    .fail(false)
    .strictOptions();
  if (command.notes !== undefined) parser.epilogue(command.notes);
  for (const [name, option] of options) {
    const isFlag = option.parse === undefined;
    parser.option(name, {
      describe: describe(option),
      type: isFlag ? 'boolean' : 'string',
      requiresArg: !isFlag,
      ...(option.group === undefined ? {} : { group: option.group }),
    });
  }
  return parser;
}

function describe(option: OptionTable[string]): string {
  const { placeholder, fallback } = option;
  const shown = typeof fallback === 'string' || typeof fallback === 'number' ? ` (default: ${fallback})` : '';
  return `${placeholder === undefined ? '' : `${placeholder}: `}${option.describe}${shown}`;
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

/** The help page of a command. */
export function helpOf(command: Command): Promise<string> {
  const { stdout } = process;
  return parserOf(command)
    .wrap(Math.min(110, stdout.columns || 110))
    .getHelp();
}

/**
 * Reads a command line.
 *
 * @throws a usage error for options that are unknown, repeated, without a value or out of range
 */
export async function parseArguments<T extends OptionTable>(
  command: Command<T>,
  argv: string[],
): Promise<Arguments<T>> {
  const hint = `see ${command.name} --help`;
  const table: OptionTable = { ...command.options, ...COMMON };
  checkFlags(argv, table, hint);
  let typed: Record<string, unknown>;
  try {
    typed = await parserOf(command as unknown as Command).parse(argv);
  } catch (error) {
    const { message } = error as Error;
    const option = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
    if (option === undefined) throw usageError(message, { hint });
    throw usageError(`--${option} needs a value`, { hint: `one that begins with a dash: --${option}=-…` });
  }
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
  return { options: options as Arguments<T>['options'], operands: (typed._ as unknown[]).map(String) };
}
