/** Finds the lists of runs on disk. Names that start with a dot are not seen: macOS leaves `._run.lst` behind. */
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { inputError, systemReason, ToolError, usageError } from '../errors.js';

const isList = (name: string): boolean => /\.(lst|flb)$/i.test(name) && !name.startsWith('.');

/** Files of a FlowCam that are no lists, and what they are. */
const OTHERS: Record<string, string> = {
  '.cla': 'a classification',
  '.edg': 'edge traces',
  '.ctx': 'a context',
  '.csv': 'an export, not the list itself',
  '.ctf': 'a classification template',
  '.flt': 'a filter',
  '.tif': 'an image',
};

/**
 * The list that a person means by a run folder or the path of a list.
 *
 * @param command the line to type that takes a list by its path
 * @throws an input error where there is none, or several: then it shows what to type
 */
export async function listOf(path: string, command = lst2csv): Promise<string> {
  const kind = await kindOf(path);
  if (kind === 'file') {
    if (isList(path.slice(path.lastIndexOf('/') + 1))) return path;
    const other = OTHERS[extname(path).toLowerCase()];
    throw inputError(`this is ${other ?? 'no list'}`, {
      file: path,
      hint: 'name a run folder, a .lst or a .flb',
    });
  }
  const { lists } = await scan(path);
  if (lists.length === 0)
    throw inputError('there is no list (.lst or .flb) in this folder', {
      file: path,
      hint: 'name a run folder, or use --recursive to find runs below',
    });
  if (lists.length > 1) throw severalLists(path, lists, command);
  return join(path, lists[0]!);
}

/** The error for a folder with several lists. */
const severalLists = (folder: string, lists: string[], command: (list: string) => string) =>
  inputError(`there are ${lists.length} lists in this folder: ${lists.join(', ')}`, {
    file: folder,
    hint: `say which: ${command(quoted(join(folder, lists[0]!)))}`,
  });

/**
 * The lists of all runs below a folder, in the order of their paths; symbolic links to folders are not followed.
 *
 * @throws an input error for a folder that cannot be read, or that has several lists
 */
export async function* listsBelow(folder: string, command = lst2csv): AsyncGenerator<string> {
  for await (const found of findLists(folder, command)) {
    if ('error' in found) throw found.error;
    yield found.list;
  }
}

/** A list, or a folder that should hold one and what is wrong with it. */
export type FoundList = { list: string } | { folder: string; error: ToolError };

/** The same for those who go on past a folder that cannot be used. */
export async function* findLists(folder: string, command = lst2csv): AsyncGenerator<FoundList> {
  let below: string[];
  try {
    if ((await kindOf(folder)) === 'file') {
      yield { list: await listOf(folder, command) };
      return;
    }
    const { lists, folders } = await scan(folder);
    if (lists.length > 1) yield { folder, error: severalLists(folder, lists, command) };
    if (lists.length === 1) yield { list: join(folder, lists[0]!) };
    below = folders;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    yield { folder, error };
    return;
  }
  for (const name of below) yield* findLists(join(folder, name), command);
}

async function kindOf(path: string): Promise<'file' | 'folder'> {
  if (path === '')
    throw usageError('the path of a run is empty', { hint: 'is a variable of the shell not set?' });
  const found = await stat(path).catch((cause) => {
    throw inputError(systemReason(cause), { file: path, cause });
  });
  if (found.isDirectory()) return 'folder';
  if (found.isFile()) return 'file';
  throw inputError('this is neither a folder nor a plain file', {
    file: path,
    hint: 'use - to read a list on stdin',
  });
}

async function scan(folder: string): Promise<{ lists: string[]; folders: string[] }> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    throw inputError(`cannot look into this folder: ${systemReason(cause)}`, { file: folder, cause });
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const lists = entries.filter((entry) => !entry.isDirectory() && isList(entry.name));
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  return { lists: lists.map(({ name }) => name), folders: folders.map(({ name }) => name) };
}

/** The line to type that takes a list by its path. */
const lst2csv = (list: string): string => `fc-lst2csv ${list}`;

/** A path as a shell takes it for one word. */
const quoted = (path: string): string =>
  /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
