/** As much XML as S3 needs: elements with text, no attributes but the namespace. */
import { S3Error } from './s3-error.js';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

export type XmlContent = string | number | boolean | undefined | XmlFields | readonly XmlFields[];

/** Child elements in order; an array stands for one element of that name for each member. */
export interface XmlFields {
  [name: string]: XmlContent;
}

// S3 writes control characters as references, although XML 1.0 has none but tab, LF and CR.
const escapeText = (text: string): string =>
  text.replace(/[&<>"'\u0000-\u001f]/g, (character) => `&#${character.charCodeAt(0)};`);

const element = (name: string, content: XmlContent): string => {
  if (content === undefined) return '';
  if (Array.isArray(content)) return content.map((member) => element(name, member)).join('');
  const inner = typeof content === 'object' ? children(content as XmlFields) : escapeText(String(content));
  return `<${name}>${inner}</${name}>`;
};

const children = (fields: XmlFields): string =>
  Object.entries(fields)
    .map(([name, content]) => element(name, content))
    .join('');

/** A document with `root` in S3's namespace. */
export const xmlDocument = (root: string, fields: XmlFields): string =>
  `${DECLARATION}<${root} xmlns="${NAMESPACE}">${children(fields)}</${root}>`;

/** The document of an error, which S3 writes without a namespace. */
export const xmlError = (fields: XmlFields): string => `${DECLARATION}${element('Error', fields)}`;

/** What stands inside each element called `name`, in order, markup included. */
export function elements(xml: string, name: string): string[] {
  const pattern = new RegExp(`<${name}(?:\\s[^>]*)?(?:/>|>([\\s\\S]*?)</${name}\\s*>)`, 'g');
  return [...xml.matchAll(pattern)].map((match) => match[1] ?? '');
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text of the first element called `name`; undefined where there is none. */
export function textOf(xml: string, name: string): string | undefined {
  return elements(xml, name)[0]?.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex, decimal, named) => {
    const codePoint = hex ? Number.parseInt(hex, 16) : Number(decimal);
    const character = named
      ? NAMED[named]
      : codePoint <= 0x10ffff
        ? String.fromCodePoint(codePoint)
        : undefined;
    if (character === undefined) throw new S3Error('MalformedXML');
    return character;
  });
}
