import { usageError } from '../errors.js';
import type { MetadataTable } from '../flowcam/metadata-table.js';
import { type NamePattern, readName } from '../flowcam/run-name.js';
import { gatherSampling, type SamplingFacts, type SamplingSource } from '../flowcam/sampling.js';
import type { Report } from '../report.js';
import { NameSet } from '../streams/name-set.js';
import type { JsonObject } from '../streams/sidecar.js';
import { membersOf, NOTHING, samplingOfRecord } from './record.js';
import { samplingTags } from './sampling-tags.js';
import type { TagEdits } from './tag-edits.js';

export interface SamplingSettings {
  /** What the command line says of the sampling. */
  given: SamplingSource;
  /** An option in `given` that can be true of one run only, `--lat`. */
  givenForOneRun?: string | undefined;
  table?: { rows: MetadataTable; file: string } | undefined;
  pattern: NamePattern;
  /** Write a depth as an altitude below sea level too. */
  altitude: boolean;
}

/** What is known of the sampling of a run, and the tags that say it. */
export interface KnownSampling {
  facts: SamplingFacts;
  /** The facts as they stand in a record, JSON text without its braces. */
  members: string;
  edits: TagEdits;
}

/** Runs alternate in a stream at most, so few answers need to be kept. */
const KEPT = 64;

/** Finds out where, when and how deep each run was taken, and says once a run what is not known. */
export class RunSampling {
  readonly #settings: SamplingSettings;
  readonly #report: Report;
  readonly #known = new Map<string, KnownSampling>();
  readonly #noted = new NameSet();
  #onlyRun: string | undefined;
  /** The last answer that holds for a whole run: nearly always the next one too. */
  #last: { run: string; folder: unknown; known: KnownSampling } | undefined;

  constructor(settings: SamplingSettings, report: Report) {
    this.#settings = settings;
    this.#report = report;
  }

  /**
   * @param record the particle's record, where there is one
   * @param name of the vignette, which may say something where no record does
   * @throws an input error for names and records that cannot be right, a usage error where options that are
   *   true of one run would be given to two
   */
  of(record: JsonObject | undefined, name: string): KnownSampling {
    const recorded = record === undefined ? NOTHING : samplingOfRecord(record);
    const last = this.#last;
    if (
      last !== undefined &&
      recorded === NOTHING &&
      record?.run === last.run &&
      record.folder === last.folder
    )
      return last.known;
    const run = typeof record?.run === 'string' ? record.run : undefined;
    const names = run === undefined ? namesOfBareImage(name) : namesOfRun(run, record?.folder);
    if (run !== undefined) this.#checkOnlyRun(names);
    const key = JSON.stringify([run !== undefined, names, recorded]);
    const known = this.#known.get(key) ?? this.#find(names, recorded, run);
    this.#known.set(key, known);
    if (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value!);
    if (run !== undefined && recorded === NOTHING) this.#last = { run, folder: record?.folder, known };
    return known;
  }

  #checkOnlyRun(names: string[]): void {
    const { givenForOneRun } = this.#settings;
    if (givenForOneRun === undefined) return;
    const run = JSON.stringify(names);
    this.#onlyRun ??= run;
    if (this.#onlyRun !== run)
      throw usageError(
        `${givenForOneRun} is for one run, and here is a second one, "${names[0]}" after "${JSON.parse(this.#onlyRun)[0]}"`,
        { hint: 'give each run its own in a table: --metadata FILE.csv' },
      );
  }

  #find(names: string[], recorded: SamplingFacts, run: string | undefined): KnownSampling {
    const { given, table, pattern, altitude } = this.#settings;
    const row = table?.rows.find(names);
    const readings = names.map((name) => readName(name, pattern)).filter((reading) => reading !== undefined);
    // A bare image's name with its number and without are two ways to read one name, not two names.
    const said = run === undefined ? readings.slice(0, 1) : readings;
    const byPerson = row === undefined ? [given] : [given, row];
    const facts = gatherSampling([...byPerson, ...said], recorded);
    const about = run === undefined ? 'images without a record' : `run "${run}"`;
    if (table !== undefined && row === undefined)
      this.#note(
        about,
        `no row in ${table.file} (its column run holds the name of the run or of its folder)`,
      );
    for (const note of unknowns(facts)) this.#note(about, note);
    for (const note of overruled(recorded, byPerson, facts)) this.#note(about, note);
    return { facts, members: membersOf(facts), edits: samplingTags(facts, altitude) };
  }

  #note(about: string, text: string): void {
    const note = `${about}: ${text}`;
    if (this.#noted.add(note)) this.#report.note(note);
  }
}

/** What a person should know that we do not know. */
function unknowns({ position, sampled, offsetWithoutDate }: SamplingFacts): string[] {
  const notes: string[] = [];
  if (position === undefined)
    notes.push(
      `${sampled === undefined ? 'position and sampling date are' : 'the position is'} not known, so no position is written` +
        `${sampled === undefined ? ', and DateTimeOriginal says when the particle was photographed' : ''} ` +
        '(give --lat, --lon and --date, a --metadata table, or a name such as NAME_lat_lon_DDMMYYYY)',
    );
  else if (sampled === undefined) notes.push('no sampling date known (give --date, or a --metadata table)');
  if (sampled !== undefined && sampled.time === null)
    notes.push(
      `sampled on ${sampled.date}, time of day unknown: DateTimeOriginal says 00:00:00 (give --time if you know it)`,
    );
  if (offsetWithoutDate) notes.push('an offset from UTC but no sampling date, so the offset is not used');
  return notes;
}

/** What names overrule of a record that was tagged before, or written into by hand. */
function overruled(recorded: SamplingFacts, byPerson: SamplingSource[], facts: SamplingFacts): string[] {
  const parts: [part: 'position' | 'date' | 'depth', before: unknown, now: unknown][] = [
    ['position', recorded.position, facts.position],
    ['date', recorded.sampled?.date, facts.sampled?.date],
    ['depth', recorded.depth, facts.depth],
  ];
  const differ = parts.filter(
    ([part, before, now]) =>
      before !== undefined &&
      byPerson.every((source) => source[part] === undefined) &&
      JSON.stringify(before) !== JSON.stringify(now),
  );
  return differ.map(
    ([part, before, now]) =>
      `the record has the ${part} ${JSON.stringify(before)}, the name says ${JSON.stringify(now)} and is believed ` +
      '(give an option, or a --metadata table, to have the last word)',
  );
}

const namesOfRun = (run: string, folder: unknown): string[] =>
  typeof folder === 'string' && folder !== run ? [run, folder] : [run];

/** A vignette is called after its run and its number, if nobody asked for another name. */
function namesOfBareImage(name: string): string[] {
  const file = name.slice(name.lastIndexOf('/') + 1);
  const run = file.replace(/_\d+$/, '');
  return run === file ? [file] : [run, file];
}
