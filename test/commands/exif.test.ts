/** What fc-exif writes into the tags of a stream's images. */
import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { entriesOf } from '../support/archives.js';
import { noise, writeTiffBytes } from '../support/rasters.js';
import { expectRefusal } from '../support/refusals.js';
import { testWith } from '../support/requirements.js';
import {
  exif,
  exiftoolTags,
  expectValid,
  oneVignette,
  recordOf,
  silentRecord,
  streamOf,
  tagsAfter,
  tinyImage,
  tinyTiff,
  writeAll,
} from '../support/vignettes.js';
import { workdir } from '../support/workdir.js';

describe('tags of a particle', () => {
  test('position and date from the name, the rest from the record', async () => {
    const [tags] = await tagsAfter(await oneVignette());
    expect(tags).toMatchObject({
      name: 'Lake_0',
      file: 'Lake_0.tif',
      GPSLatitude: 54.0143,
      GPSLatitudeRef: 'N',
      GPSLongitude: -2.777,
      GPSLongitudeRef: 'W',
      GPSMapDatum: 'WGS-84',
      GPSProcessingMethod: 'MANUAL',
      DateTimeOriginal: '2023:05:04 00:00:00',
      DateTimeDigitized: '2023:05:22 12:46:36',
      SubSecTimeDigitized: '057',
      OffsetTimeDigitized: '+02:00',
      XResolution: 1e8 / 5544,
      YResolution: 1e8 / 5544,
      ResolutionUnit: 3,
      ImageUniqueID: '51F0EF87FAF44C459F76A89483846199',
      Make: 'Yokogawa Fluid Imaging Technologies',
      Model: 'FlowCam',
      Software: expect.stringMatching(/^VisualSpreadsheet 4\.10\.8; flowcam-toolkit \d/),
      ExifVersion: '0232',
      FlashpixVersion: '0100',
      ColorSpace: 65535,
    });
    for (const absent of [
      'SubSecTimeOriginal',
      'OffsetTimeOriginal',
      'GPSDateStamp',
      'GPSTimeStamp',
      'WaterDepth',
    ])
      expect(tags, absent).not.toHaveProperty(absent);
    for (const absent of ['GPSAltitude', 'ComponentsConfiguration', 'ExifImageWidth', 'BodySerialNumber'])
      expect(tags, absent).not.toHaveProperty(absent);
  });

  test('without a sampling date the time of capture is both', async () => {
    const [tags] = await tagsAfter(await oneVignette(silentRecord()));
    expect(tags).toMatchObject({
      DateTimeOriginal: '2023:05:22 12:46:36',
      SubSecTimeOriginal: '057',
      OffsetTimeOriginal: '+02:00',
      DateTimeDigitized: '2023:05:22 12:46:36',
    });
    expect(Object.keys(tags!).filter((name) => name.startsWith('GPS'))).toEqual([]);
  });

  test('a time of day, and its offset, are those of the water; GPS has them in UTC', async () => {
    const args = ['--time', '23:30', '--utc-offset', '-03:00'];
    const [tags] = await tagsAfter(await oneVignette(), args);
    expect(tags).toMatchObject({
      DateTimeOriginal: '2023:05:04 23:30:00',
      OffsetTimeOriginal: '-03:00',
      GPSDateStamp: '2023:05:05',
      GPSTimeStamp: '02:30:00',
      OffsetTimeDigitized: '+02:00',
    });
  });

  test('an offset without a time of day makes no UTC time', async () => {
    const [tags] = await tagsAfter(await oneVignette(), ['--utc-offset', '+01:00']);
    expect(tags).toMatchObject({ DateTimeOriginal: '2023:05:04 00:00:00', OffsetTimeOriginal: '+01:00' });
    expect(tags).not.toHaveProperty('GPSDateStamp');
    expect(tags).not.toHaveProperty('GPSTimeStamp');
  });

  test('depth is WaterDepth, and an altitude only on request', async () => {
    const [lake] = await tagsAfter(await oneVignette(), ['--depth', '5.25']);
    expect(lake!.WaterDepth).toBe(5.25);
    expect(lake).not.toHaveProperty('GPSAltitude');
    const [sea] = await tagsAfter(await oneVignette(), ['--depth', '5.25', '--gps-altitude']);
    expect(sea).toMatchObject({ WaterDepth: 5.25, GPSAltitudeRef: 1, GPSAltitude: -5.25 });
  });

  test('a range of depths is in the JSON only', async () => {
    const args = ['--depth-min', '0', '--depth-max', '20'];
    const [tags] = await tagsAfter(await oneVignette(), args);
    expect(tags).not.toHaveProperty('WaterDepth');
    expect(tags!.UserComment).toMatchObject({ depth_min: 0, depth_max: 20 });
  });

  test('the whole record is in UserComment, in ASCII, without the folder on disk', async () => {
    const record = recordOf({ note: 'étang\u2028', directory: '/home/somebody' });
    const { stdout } = await exif(await oneVignette(record));
    const image = (await entriesOf(stdout)).find(({ name }) => name === 'Lake_0.tif')!.bytes;
    expect(image.includes('ASCII\0\0\0{"run":"Lake_')).toBe(true);
    expect(image.includes('"note":"\\u00e9tang\\u2028"')).toBe(true);
    expect(image.includes('somebody')).toBe(false);
    const [tags] = await tagsAfter(await oneVignette(record));
    const { directory: _, ...published } = record;
    expect(tags!.UserComment).toEqual({
      ...published,
      sampled: { date: '2023-05-04', time: null },
      position: { lat: 54.0143, lon: -2.777 },
    });
    const [bare] = await tagsAfter(await oneVignette(record), ['--no-record']);
    expect(bare).not.toHaveProperty('UserComment');
  });

  test('the sidecar says what was found out, and has no folder on disk', async () => {
    const record = recordOf({ directory: '/home/somebody' });
    const args = ['--depth', '3', '--time', '14:30', '--utc-offset', '+01:00'];
    const { stdout } = await exif(await oneVignette(record), args);
    const { name, bytes } = (await entriesOf(stdout))[0]!;
    expect(name).toBe('Lake_0.json');
    const { directory: _, ...published } = record;
    const expected = {
      ...published,
      sampled: { date: '2023-05-04', time: '14:30:00', utc_offset: '+01:00' },
      position: { lat: 54.0143, lon: -2.777 },
      depth: 3,
    };
    expect(bytes.toString()).toBe(`${JSON.stringify(expected)}\n`);
  });

  test("the instrument's offset can be given, and is then in the record", async () => {
    const record = silentRecord({ instrument: undefined });
    const [tags] = await tagsAfter(await oneVignette(record), ['--instrument-utc-offset', '+05:30']);
    expect(tags).toMatchObject({ OffsetTimeDigitized: '+05:30', OffsetTimeOriginal: '+05:30' });
    expect(tags!.UserComment).toMatchObject({ instrument: { utc_offset: '+05:30' } });
    const [unknown] = await tagsAfter(await oneVignette(record));
    expect(unknown).not.toHaveProperty('OffsetTimeDigitized');
  });

  test('maker, model and serial number of the instrument', async () => {
    const instrument = { serial_number: '101' };
    const args = ['--make', 'Fluid Imaging Technologies', '--model', 'FlowCam VS4'];
    const [tags] = await tagsAfter(await oneVignette(recordOf({ instrument })), args);
    expect(tags).toMatchObject({ Make: args[1], Model: args[3], BodySerialNumber: '101' });
    for (const serial_number of ['NA', 'Unknown']) {
      const [none] = await tagsAfter(await oneVignette(recordOf({ instrument: { serial_number } })));
      expect(none).not.toHaveProperty('BodySerialNumber');
    }
  });

  test('southern and eastern positions, to the last digit', async () => {
    for (const [lat, lon] of [
      [-54.0143001, 179.9999999],
      [0, 0],
      [-0.0000001, -180],
      [89.5, 12.345678],
    ] as const) {
      const [tags] = await tagsAfter(await oneVignette(), ['--lat', String(lat), '--lon', String(lon)]);
      expect([tags!.GPSLatitude, tags!.GPSLongitude]).toEqual([lat, lon]);
      expect(tags).toMatchObject({
        GPSLatitudeRef: lat < 0 ? 'S' : 'N',
        GPSLongitudeRef: lon < 0 ? 'W' : 'E',
      });
    }
  });

  test('a mask is an image: tagged like its vignette', async () => {
    const stream = await oneVignette(recordOf(), { mask: await tinyImage('png') });
    const [image, mask] = await tagsAfter(stream, ['--depth', '5']);
    expect(mask).toMatchObject({
      name: 'Lake_0',
      file: 'Lake_0.mask.png',
      GPSLatitude: 54.0143,
      WaterDepth: 5,
    });
    expect(mask!.UserComment).toEqual(image!.UserComment);
  });

  test('values that no tag can hold are told once, and stay in the record', async () => {
    const vignettes = [0, 1, 2].map((index) => ({
      name: `a_${index}`,
      record: recordOf({ index, cal_const: 0, image_id: 'seven' }),
    }));
    const { stderr } = await exif(await streamOf(vignettes));
    expect(stderr.match(/a calibration of 0/g)).toHaveLength(1);
    expect(stderr.match(/an image_id that is no GUID/g)).toHaveLength(1);
    const [tags] = await tagsAfter(await streamOf(vignettes));
    expect(tags).toMatchObject({ XResolution: 1, ResolutionUnit: 1, UserComment: { image_id: 'seven' } });
    expect(tags).not.toHaveProperty('ImageUniqueID');
  });

  test('a record without guid, calibration and instrument is tagged with what there is', async () => {
    const [tags] = await tagsAfter(await oneVignette({ run: 'a', index: 3 }));
    expect(tags).toMatchObject({ Make: expect.anything(), UserComment: { run: 'a', index: 3 } });
    expect(tags).not.toHaveProperty('DateTimeOriginal');
  });
});

describe('images without a record', () => {
  test('are tagged with what their name and the options say', async () => {
    const stream = await streamOf([{ name: 'Lake_54.0143_-2.7770_04052023_1_17' }]);
    const [tags] = await tagsAfter(stream, ['--depth', '5']);
    expect(tags).toMatchObject({
      GPSLatitude: 54.0143,
      DateTimeOriginal: '2023:05:04 00:00:00',
      WaterDepth: 5,
    });
    expect(tags).not.toHaveProperty('Make');
    expect(tags!.UserComment).toEqual({
      sampled: { date: '2023-05-04', time: null },
      position: { lat: 54.0143, lon: -2.777 },
      depth: 5,
    });
  });

  test('the number of a vignette is not taken for a depth', async () => {
    const stream = await streamOf([{ name: 'Lake_54.0143_-2.7770_04052023_17' }]);
    const [tags] = await tagsAfter(stream, ['--depth-from-name']);
    expect(tags!.GPSLatitude).toBe(54.0143);
    expect(tags).not.toHaveProperty('WaterDepth');
  });

  test('get no sidecar', async () => {
    const { stdout } = await exif(await streamOf([{ name: 'x' }]), ['--depth', '5']);
    expect((await entriesOf(stdout)).map(({ name }) => name)).toEqual(['x.tif']);
  });
});

describe('tagging again', () => {
  for (const format of ['tif', 'png', 'jpeg'] as const) {
    test(`${format}: twice gives the same bytes as once, sidecar and mask included`, async () => {
      const image = format === 'tif' ? {} : { extension: format, image: await tinyImage(format) };
      const stream = await oneVignette(recordOf(), { ...image, mask: await tinyImage('png') });
      const args = ['--depth', '5', '--gps-altitude', '--time', '10:00', '--utc-offset', '+01:00'];
      const once = await exif(stream, args);
      const twice = await exif(once.stdout, args);
      expect(twice.stdout.equals(once.stdout)).toBe(true);
    });
  }

  test('what is not said again stays; what is said anew is replaced', async () => {
    const once = await exif(await oneVignette(silentRecord()), [
      '--lat=1',
      '--lon=2',
      '--date=2023-05-04',
      '--time=10:00',
      '--utc-offset=+01:00',
      '--depth=5',
      '--gps-altitude',
    ]);
    const [same] = await tagsAfter(once.stdout);
    expect(same).toMatchObject({
      GPSLatitude: 1,
      WaterDepth: 5,
      GPSTimeStamp: '09:00:00',
      OffsetTimeOriginal: '+01:00',
    });
    const [deeper] = await tagsAfter(once.stdout, ['--depth', '7']);
    expect(deeper).toMatchObject({ GPSLatitude: 1, WaterDepth: 7, UserComment: { depth: 7 } });
    expect(deeper, 'the altitude of the old depth').not.toHaveProperty('GPSAltitude');
    const [later] = await tagsAfter(once.stdout, ['--date', '2023-06-01']);
    expect(later!.DateTimeOriginal).toBe('2023:06:01 00:00:00');
    for (const stale of ['OffsetTimeOriginal', 'GPSDateStamp', 'GPSTimeStamp'])
      expect(later).not.toHaveProperty(stale);
    const [ranged] = await tagsAfter(once.stdout, ['--depth-min', '0', '--depth-max', '9']);
    expect(ranged, 'one depth no longer').not.toHaveProperty('WaterDepth');
    expect(ranged!.UserComment).not.toHaveProperty('depth');
    const [bare] = await tagsAfter(once.stdout, ['--no-record']);
    expect(bare).not.toHaveProperty('UserComment');
  });

  test('an image that lost its sidecar still has its record', async () => {
    const once = await exif(await oneVignette(), ['--depth', '5']);
    const image = (await entriesOf(once.stdout))[1]!.bytes;
    const [tags] = await tagsAfter(await streamOf([{ name: 'renamed', image }]), ['--depth', '6']);
    expect(tags).toMatchObject({
      WaterDepth: 6,
      GPSLatitude: 54.0143,
      UserComment: { run: recordOf().run, depth: 6 },
    });
  });

  testWith(['exiftool'], 'tags of others stay, also a comment where there is no record', async () => {
    const folder = workdir();
    const files = { 'x.tif': tinyTiff(), 'x.png': await tinyImage('png'), 'x.jpeg': await tinyImage('jpeg') };
    for (const [name, image] of Object.entries(files)) {
      const [path] = writeAll(folder, { [name]: image });
      await execa('exiftool', [
        '-q',
        '-overwrite_original',
        '-Artist=A. Artist',
        '-ISO=100',
        '-UserComment=mine',
        '-GPSAltitude=12',
        '-GPSAltitudeRef=above',
        '-ImageDescription=described',
        path!,
      ]);
      const stream = await streamOf([
        { name: 'x', image: readFileSync(path!), extension: name.split('.')[1]! },
      ]);
      const { stdout } = await exif(stream, [
        '--depth',
        '5',
        '--lat',
        '1',
        '--lon',
        '2',
        '--date',
        '2023-05-04',
      ]);
      const [tagged] = writeAll(folder, { [name]: (await entriesOf(stdout))[0]!.bytes });
      expect((await exiftoolTags([tagged!]))[0], name).toMatchObject({
        Artist: 'A. Artist',
        ISO: 100,
        UserComment: 'mine',
        GPSAltitude: 12,
        ImageDescription: 'described',
        WaterDepth: 5,
      });
      await expectValid([tagged!]);
    }
  });
});

testWith(['exiftool'], 'exiftool finds no fault with any container, and reads what was meant', async () => {
  const folder = workdir();
  const colour = { width: 7, height: 5, channels: 3 as const };
  const rgb = sharp(noise(7, 5, 3).data, { raw: colour });
  const images = {
    'grey.tif': writeTiffBytes(noise(7, 5)),
    'rgb.tif': writeTiffBytes(noise(7, 5, 3)),
    'grey16.tif': writeTiffBytes(noise(7, 5, 1, 16)),
    'grey.png': await tinyImage('png'),
    'rgb.png': await rgb.clone().png().toBuffer(),
    'grey16.png': await sharp(writeTiffBytes(noise(7, 5, 1, 16)))
      .toColourspace('grey16')
      .png()
      .toBuffer(),
    'grey.jpeg': await tinyImage('jpeg'),
    'rgb.jpeg': await rgb.clone().jpeg().toBuffer(),
    'progressive.jpg': await rgb.clone().jpeg({ progressive: true }).withMetadata().toBuffer(),
  };
  const stream = await streamOf(
    Object.entries(images).map(([file, image], index) => {
      const [name, extension] = file.split('.') as [string, string];
      return { name: `${name}${index}`, extension, image, record: recordOf({ index }) };
    }),
  );
  for (const args of [
    [],
    ['--depth', '20', '--gps-altitude', '--time', '14:30', '--utc-offset', '+01:00'],
    ['--no-record', '--lat', '-12.5', '--lon', '130.25', '--date', '2021-02-03'],
  ]) {
    const { stdout } = await exif(stream, args);
    const tagged = (await entriesOf(stdout)).filter(({ name }) => !name.endsWith('.json'));
    const paths = writeAll(folder, Object.fromEntries(tagged.map(({ name, bytes }) => [name, bytes])));
    await expectValid(paths);
    for (const tags of await exiftoolTags(paths)) {
      const path = tags.SourceFile as string;
      if (args.length === 0)
        expect(tags, path).toMatchObject({
          GPSLatitude: 54.0143,
          GPSLongitude: -2.777,
          DateTimeOriginal: '2023:05:04 00:00:00',
        });
      else if (args[0] === '--depth')
        expect(tags, path).toMatchObject({
          WaterDepth: 20,
          GPSAltitude: -20,
          GPSDateTime: '2023:05:04 13:30:00Z',
        });
      else expect(tags, path).toMatchObject({ GPSLatitude: -12.5, GPSLongitude: 130.25 });
      expect(tags, path).toMatchObject({ CreateDate: '2023:05:22 12:46:36', OffsetTimeDigitized: '+02:00' });
    }
    expect((await exif(stdout, args)).stdout.equals(stdout)).toBe(true);
  }
});

test('a JPEG whose record does not fit is refused with the way out', async () => {
  const record = recordOf({ comment: 'x'.repeat(70_000) });
  const stream = await oneVignette(record, { extension: 'jpeg', image: await tinyImage('jpeg') });
  expectRefusal(await exif(stream, ['--quiet']), 3, /stdin:Lake_0\.jpeg: .*65533.*--no-record/);
  expect((await exif(stream, ['--no-record'])).status).toBe(0);
  expect((await exif(await oneVignette(record))).status, 'TIFF has room').toBe(0);
});
