/**
 * What a person sets on make's command line. `pipeline.mk` hands each variable on in the environment, as typed
 * and with `FC_MAKE_` before its name: make itself expands none, so that a folder called `$(shell …)` is a folder.
 */
import { usageError } from '../errors.js';
import { optionWords } from './option-words.js';

export interface Settings {
  /** A run folder or list, for `make run`. */
  run: string | undefined;
  /** A folder of run folders, for `make all`. */
  runs: string | undefined;
  /** Where the targets go. */
  out: string | undefined;
  /** The run's name, where its collages do not tell it, or where another run has the same. */
  runName: string | undefined;
  /** Where the vignettes go; nothing is uploaded without one. */
  bucket: string | undefined;
  prefix: string | undefined;
  apiUrl: string | undefined;
  envFile: string | undefined;
  /** A table with position, date and depth of each run, for `fc-exif --metadata`. */
  metadata: string | undefined;
  onError: 'stop' | 'skip';
  /** Further options of the commands, in words. */
  lst2csvOptions: string[];
  decollageOptions: string[];
  exifOptions: string[];
  uploadOptions: string[];
}

/** The settings that most people use, for those who misspell one. */
const NAMES = ['RUN', 'RUNS', 'OUT', 'BUCKET', 'PREFIX', 'METADATA', 'ENV_FILE', 'API_URL', 'ON_ERROR'];

const wordsOf = (list = ''): string[] => list.split(' ').filter((word) => word !== '');

/**
 * Reads the settings from the environment.
 *
 * @throws a usage error for a value that cannot be
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const [unknown] = wordsOf(environment.FC_MAKE_UNKNOWN);
  if (unknown !== undefined)
    throw usageError(`there is no setting ${unknown}`, { hint: `make help lists them: ${NAMES.join(', ')}` });
  for (const variable of wordsOf(environment.FC_MAKE_TYPED))
    if (['BUCKET', 'API_URL'].includes(variable) && !environment[`FC_MAKE_${variable}`])
      throw usageError(`${variable} is empty`, { hint: 'leave it out where nothing is to be uploaded' });
  const text = (variable: string) => {
    const typed = environment[`FC_MAKE_${variable}`] || undefined;
    // Settings are written down in OUT, for all to read.
    if (typed !== undefined && /[a-z]:\/\/[^/?#\s]*@/i.test(typed))
      throw usageError(`${variable} holds a URL with a name or a password in it`, {
        hint: 'keys belong into .env, see ENV_FILE',
      });
    return typed;
  };
  const words = (variable: string) => {
    try {
      return optionWords(text(variable) ?? '');
    } catch (error) {
      throw usageError(`${variable} ${(error as Error).message}`);
    }
  };
  const onError = text('ON_ERROR') ?? 'stop';
  if (onError !== 'stop' && onError !== 'skip')
    throw usageError(`ON_ERROR must be stop or skip, not "${onError}"`);
  const settings: Settings = {
    run: text('RUN'),
    runs: text('RUNS'),
    out: text('OUT'),
    runName: text('RUN_NAME'),
    bucket: text('BUCKET'),
    prefix: text('PREFIX'),
    apiUrl: text('API_URL'),
    envFile: text('ENV_FILE'),
    metadata: text('METADATA'),
    onError,
    lst2csvOptions: words('LST2CSV_OPTIONS'),
    decollageOptions: words('DECOLLAGE_OPTIONS'),
    exifOptions: words('EXIF_OPTIONS'),
    uploadOptions: words('UPLOAD_OPTIONS'),
  };
  for (const [variable, needy] of [
    ['PREFIX', settings.prefix],
    ['API_URL', settings.apiUrl],
  ])
    if (needy !== undefined && settings.bucket === undefined)
      throw usageError(`${variable} is for an upload, and there is no BUCKET`, { hint: 'add BUCKET=…' });
  return settings;
}
