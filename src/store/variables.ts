/** Settings as people have them: in the environment, and in a `.env` file that never overrides it. */
import { stat } from 'node:fs/promises';
import { errorCode, inputError, systemReason } from '../errors.js';
import type { Report } from '../report.js';
import { fileBound, readBounded } from '../streams/bounded-file.js';

export interface Setting {
  value: string;
  /** Where it comes from, for people. */
  source: string;
}

/** Settings by name, each from the environment or else from a `.env` file. */
export class Variables {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #file: Map<string, string>;
  /** The name of the `.env` file that was read. */
  readonly path: string;

  private constructor(environment: NodeJS.ProcessEnv, path: string, file: Map<string, string>) {
    this.#environment = environment;
    this.path = path;
    this.#file = file;
  }

  /**
   * Reads `.env` in the working folder where there is one, or the file that `--env-file` names, which must be there.
   *
   * @throws an input error where the file cannot be read or understood
   */
  static async read(
    environment: NodeJS.ProcessEnv,
    envFile: string | undefined,
    report: Report,
    maxFileBytes?: number,
  ): Promise<Variables> {
    const path = envFile ?? '.env';
    const text = await readEnvFile(path, envFile !== undefined, report, maxFileBytes);
    return new Variables(environment, path, text === undefined ? new Map() : parseEnvFile(text, path));
  }

  /** A setting; empty values count as not set. */
  get(name: string): Setting | undefined {
    const set = this.inEnvironment(name);
    if (set !== undefined) return { value: set, source: `${name} in the environment` };
    const filed = this.inFile(name);
    return filed === undefined ? undefined : { value: filed, source: `${name} in ${this.path}` };
  }

  inEnvironment(name: string): string | undefined {
    return this.#environment[name] || undefined;
  }

  inFile(name: string): string | undefined {
    return this.#file.get(name) || undefined;
  }
}

async function readEnvFile(
  path: string,
  required: boolean,
  report: Report,
  most: number | undefined,
): Promise<string | undefined> {
  try {
    // One that nobody named is not waited for.
    const text = (await readBounded(path, fileBound(most), { plain: !required })).toString();
    const { mode } = await stat(path);
    if ((mode & 0o044) !== 0 && /SECRET|TOKEN/.test(text))
      report.note(`${path} holds a secret and can be read by others: chmod 600 ${path}`);
    return text;
  } catch (cause) {
    if (errorCode(cause) === undefined) throw cause;
    if (!required && errorCode(cause) === 'ENOENT') return undefined;
    throw inputError(`cannot read the settings: ${systemReason(cause)}`, { file: path, cause });
  }
}

const LINE = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/;

/**
 * Reads the lines of a `.env` file as dotenv does: `KEY=value`, `export KEY=value`, values in single, double or
 * back quotes, `#` comments. Lines that set nothing are passed over. Errors name the line, never what is on it.
 */
export function parseEnvFile(text: string, path: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const [at, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const match = LINE.exec(line);
    if (match === null) continue;
    const value = unquoted(match[2]!);
    if (value === undefined)
      throw inputError('a quote is opened and not closed on this line', { file: path, line: at + 1 });
    values.set(match[1]!, value);
  }
  return values;
}

function unquoted(typed: string): string | undefined {
  const quote = typed[0];
  if (quote !== '"' && quote !== "'" && quote !== '`') return typed.replace(/(^|\s+)#.*$/, '').trim();
  const quoted = /^(["'`])((?:\\.|(?!\1).)*)\1\s*(?:#.*)?$/.exec(typed);
  if (quoted === null) return undefined;
  const inner = quoted[2]!;
  return quote === '"' ? inner.replace(/\\n/g, '\n').replace(/\\(["\\$])/g, '$1') : inner;
}
