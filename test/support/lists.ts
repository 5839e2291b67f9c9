/** Lists as text, made by hand where the tests need what no FlowCam would write. */

export const FIELDS = [
  'id|int32',
  'image_x|int32',
  'image_y|int32',
  'image_w|int32',
  'image_h|int32',
  'cal_const|double',
  'elapsed_time|double',
  'timestamp|timestamp',
  'collage_file|string',
  'image_id|guid',
];

/** Values of a row by name; the others are made up. */
export type Row = Record<string, string | number>;

/** The guid of the particle with this id. */
export const guid = (id: number): string => `0B3E7C1A-9D2F-4E58-8A6C-${String(id).padStart(12, '0')}`;

/** A line of a list with the fields above, without its line end. */
export function rowText(index: number, row: Row = {}): string {
  const values: Row = {
    id: index + 1,
    image_x: 0,
    image_y: 0,
    image_w: 4,
    image_h: 3,
    cal_const: '0.5544',
    elapsed_time: '1.2500',
    timestamp: '2024-04-08T11:11:01.303',
    collage_file: 'run_000001.tif',
    image_id: guid(index + 1),
    ...row,
  };
  return FIELDS.map((field) => values[field.split('|')[0]!]).join('|');
}

export const headText = (fields = FIELDS, version = '017'): string =>
  [version, `num-fields|${fields.length}`, ...fields].map((line) => `${line}\n`).join('');

/** A whole list. */
export const listText = (rows: Row[]): string =>
  headText() + rows.map((row, index) => `${rowText(index, row)}\n`).join('');

/** Reads a list as simply as can be: an independent reading of version 017. */
export function readSimply(text: string): { names: string[]; types: string[]; rows: string[][] } {
  const lines = text.split('\n');
  const count = Number(lines[1]!.split('|')[1]);
  const fields = lines.slice(2, 2 + count).map((line) => line.split('|'));
  const rows = lines.slice(2 + count, -1).map((line) => line.split('|'));
  return { names: fields.map(([name]) => name!), types: fields.map(([, type]) => type!), rows };
}
