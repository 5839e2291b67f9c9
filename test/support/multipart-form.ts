/** Reads a `multipart/form-data` body (RFC 7578), taking names as they are sent: no escapes are undone. */
export interface FormPart {
  /** Of the field. */
  name: string;
  /** Undefined for what is no file. */
  filename: string | undefined;
  bytes: Buffer;
}

export function parseMultipartForm(body: Buffer, contentType: string): FormPart[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) throw new Error('no boundary in the content type');
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first delimiter has no line before it.
  const whole = Buffer.concat([Buffer.from('\r\n'), body]);
  const parts: FormPart[] = [];
  let start = whole.indexOf(delimiter);
  for (;;) {
    start += delimiter.length;
    if (start < delimiter.length) throw new Error('the form ends early');
    if (whole.toString('latin1', start, start + 2) === '--') return parts;
    const end = whole.indexOf(delimiter, start);
    const blank = whole.indexOf('\r\n\r\n', start);
    if (end < 0 || blank < 0 || blank > end) throw new Error('the form ends early');
    const headers = whole.toString('utf8', start, blank);
    const name = /^content-disposition:\s*form-data;.*?\bname="([^"]*)"/im.exec(headers)?.[1];
    if (name === undefined) throw new Error('a part of the form has no name');
    const filename = /^content-disposition:.*?\bfilename="([^"]*)"/im.exec(headers)?.[1];
    parts.push({ name, filename, bytes: whole.subarray(blank + 4, end) });
    start = end;
  }
}
