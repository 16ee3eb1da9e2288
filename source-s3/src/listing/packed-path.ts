// The path of an object in fewer bytes. What differs from file to file in the names that jobs give is a UUID, mostly: as
// text that takes 36 bytes, which no neighbour shares.

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gu;
const uuidBytes = 16;
/** Stands before the bytes of a UUID, and nowhere in UTF-8. */
const mark = 0xff;

export function packPath(path: string): Buffer {
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { index, 0: found } of path.matchAll(uuid)) {
    pieces.push(Buffer.from(path.slice(from, index)), Buffer.of(mark), Buffer.from(found.replaceAll('-', ''), 'hex'));
    from = index + found.length;
  }
  if (from === 0) return Buffer.from(path);
  return Buffer.concat([...pieces, Buffer.from(path.slice(from))]);
}

export function unpackPath(packed: Buffer): string {
  let path = '';
  let from = 0;
  for (let at = packed.indexOf(mark); at !== -1; at = packed.indexOf(mark, from)) {
    const hex = packed.toString('hex', at + 1, at + 1 + uuidBytes);
    path += `${packed.toString('utf8', from, at)}${hex.replace(/^(.{8})(.{4})(.{4})(.{4})/u, '$1-$2-$3-$4-')}`;
    from = at + 1 + uuidBytes;
  }
  return path + packed.toString('utf8', from);
}
