/**
 * The help pages, laid out by yargs: when the toolkit is built, and for terminals, which have a width of their own. To
 * load it and to set it up takes longer than most commands need to start.
 */
import yargs from 'yargs';
import type { Command } from './command.js';
import { COMMON, type OptionTable } from './options.js';

/** The help page of a command, as wide as the terminal. */
export function helpPage(command: Command): Promise<string> {
  const { stdout } = process;
  return pageOf(command)
    .wrap(Math.min(110, stdout.columns || 110))
    .getHelp();
}

function pageOf(command: Command) {
  const options = Object.entries({ ...command.options, ...COMMON });
  const page = yargs()
    .scriptName(command.name)
    .usage(
      [
        `${command.name} - ${command.summary}`,
        `Examples:\n${command.examples.map((line) => `  ${line}`).join('\n')}`,
        `Usage: ${command.name} [options] ${command.operands}`.trimEnd(),
      ].join('\n\n'),
    )
    .parserConfiguration({ 'camel-case-expansion': false, 'boolean-negation': false })
    .locale('en')
    .help(false)
    .version(false);
  if (command.notes !== undefined) page.epilogue(command.notes);
  for (const [name, option] of options) {
    const isFlag = option.parse === undefined;
    page.option(name, {
      describe: describe(option),
      type: isFlag ? 'boolean' : 'string',
      ...(option.group === undefined ? {} : { group: option.group }),
    });
  }
  return page;
}

function describe(option: OptionTable[string]): string {
  const { placeholder, fallback } = option;
  const shown = typeof fallback === 'string' || typeof fallback === 'number' ? ` (default: ${fallback})` : '';
  return `${placeholder === undefined ? '' : `${placeholder}: `}${option.describe}${shown}`;
}
