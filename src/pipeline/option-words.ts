import type { Option } from '../shell/options.js';

/**
 * Splits options into words as a shell does, quotation marks and backslashes understood, and nothing expanded: no
 * variables, no commands, no file patterns, so that options can be passed on without a shell ever reading them.
 *
 * @throws an Error that completes "EXIF_OPTIONS …" where a quotation never ends
 */
export function optionWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else if (character === '\\' && quote === '"' && /["\\$`]/.test(text[at + 1] ?? '')) word += text[++at]!;
      else word += character;
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word ??= '';
      if (character === "'" || character === '"') quote = character;
      else if (character === '\\') {
        at += 1;
        if (at === text.length) throw new Error('ends on a backslash');
        word += text[at]!;
      } else word += character;
    }
  }
  if (quote !== undefined) throw new Error(`has a ${quote} that is never closed`);
  if (word !== undefined) words.push(word);
  return words;
}

/** The value of an option among words; undefined where it is absent or cannot be, which its command will say. */
export function optionAmong<T>(words: string[], name: string, { parse }: Option<T>): T | undefined {
  const at = words.findIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  if (at < 0) return undefined;
  const [, typed = words[at + 1]] = /=(.*)$/s.exec(words[at]!) ?? [];
  try {
    return typed === undefined ? undefined : parse?.(typed);
  } catch {
    return undefined;
  }
}
