import { expect, test } from 'vitest';
import { Shelves } from '../../src/simulate/shelves.js';

test('rectangles stand two pixels apart, shelves two pixels under the tallest of the one above', () => {
  const shelves = new Shelves(100, 0);
  expect(shelves.place(40, 10)).toEqual({ x: 0, y: 0 });
  expect(shelves.place(40, 30)).toEqual({ x: 42, y: 0 });
  expect(shelves.place(17, 5)).toEqual({ x: 0, y: 32 });
  expect(shelves.size).toEqual({ width: 82, height: 37 });
});

test('a rectangle may end exactly at the edge', () => {
  const shelves = new Shelves(100, 0);
  expect(shelves.place(98, 100)).toEqual({ x: 0, y: 0 });
  expect(shelves.size).toEqual({ width: 98, height: 100 });
  expect(new Shelves(100, 2).place(96, 96)).toEqual({ x: 2, y: 2 });
});

test('margins stay free on all sides', () => {
  const shelves = new Shelves(100, 2);
  expect(shelves.place(90, 10)).toEqual({ x: 2, y: 2 });
  expect(shelves.place(10, 10)).toEqual({ x: 2, y: 14 });
  expect(shelves.size).toEqual({ width: 94, height: 26 });
});

test('what does not fit any more finds no place and changes nothing', () => {
  const shelves = new Shelves(100, 0);
  shelves.place(100, 60);
  expect(shelves.place(100, 39)).toBeUndefined();
  expect(shelves.size).toEqual({ width: 100, height: 60 });
  expect(shelves.place(100, 38)).toEqual({ x: 0, y: 62 });
});

test('what is larger than the whole finds no place', () => {
  expect(new Shelves(100, 2).place(97, 10)).toBeUndefined();
  expect(new Shelves(100, 2).place(10, 97)).toBeUndefined();
});
