/**
 * How wide a text is in the help pages. Bundled in place of string-width, which yargs measures them with: to compile
 * its patterns of all emoji takes half of the time of a `--help`, and our pages have none.
 */
export default function textWidth(text: string): number {
  return text.length;
}
