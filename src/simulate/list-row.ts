import { FIELD_VALUES, type ListedParticle } from './field-values.js';
import type { FieldCount } from './instrument.js';
import { type Field, LIST_FIELDS } from './list-fields.js';

type Cell = (particle: ListedParticle) => number | string;

/** Doubles have four decimals, all else is as it is. */
function cell({ name, type }: Field): Cell {
  const value = FIELD_VALUES[name]!;
  return type === 'double' ? (particle) => (value(particle) as number).toFixed(4) : value;
}

const CELLS = Object.fromEntries(
  Object.entries(LIST_FIELDS).map(([count, fields]) => [count, fields.map(cell)]),
) as Record<FieldCount, Cell[]>;

/** A particle's line in a list with so many fields. */
export const listRow = (count: FieldCount, particle: ListedParticle): string =>
  `${CELLS[count].map((cellOf) => cellOf(particle)).join('|')}\n`;
