/** Times without a zone, as milliseconds on a calendar that knows no summer time. */
export type LocalTime = number;

/** `2023-05-22T10:15:00.057`, as lists have it. */
export const listTime = (time: LocalTime): string => new Date(time).toISOString().slice(0, -1);

/** `2023-05-22 10:15:00`, as `.ctx` and the run summary have it. */
export const contextTime = (time: LocalTime): string =>
  new Date(time).toISOString().slice(0, 19).replace('T', ' ');

/** `00:04:15`. */
export const clockTime = (milliseconds: number): string => {
  const seconds = Math.floor(milliseconds / 1000);
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
};
