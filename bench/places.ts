import { join, resolve } from 'node:path';

/** The project's root folder; this file is run from `build/bench`. */
export const root = resolve(import.meta.dirname, '../..');

/** Folder with real FlowCam runs, where the tests look for it too; not part of the project. */
const realData = process.env.FC_TEST_DATA ?? resolve(root, '../shared/data');

/** The real run that is measured where it is at hand: 8,976 particles on 9 collages, mono camera. */
export const tank25 = join(realData, '19_10_Tank25_blanksremoved');
