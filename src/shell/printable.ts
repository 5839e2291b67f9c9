/**
 * Text that is safe to show on a terminal: names come from strangers' lists and archives, and an escape
 * sequence in one could repaint the screen. Control characters, and the bidirectional and line-breaking ones
 * of Unicode, are shown as escapes.
 */
export const printable = (text: string): string =>
  text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
