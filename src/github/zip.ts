import { crc32, inflateRawSync } from 'node:zlib'

/**
 * Reads one named entry of a ZIP archive that may be hostile. Nothing is written, no other entry is touched, and no
 * more than `maxBytes` ever come out, whatever the archive claims: so no path in it, no link and no bomb can do harm.
 * Layout: APPNOTE.TXT of PKWARE, 4.3. ZIP64 and encryption are refused; our artifacts need neither.
 */
export type ZipReading = { state: 'read'; bytes: Buffer } | { state: 'invalid'; reason: string }

const END_SIGNATURE = 0x06054b50
const END_BYTES = 22
const MAX_ARCHIVE_COMMENT_BYTES = 0xffff
const CENTRAL_SIGNATURE = 0x02014b50
const CENTRAL_BYTES = 46
const LOCAL_SIGNATURE = 0x04034b50
const LOCAL_BYTES = 30
const STORED = 0
const DEFLATED = 8
const ENCRYPTED_FLAG = 1
const ZIP64_MARK = 0xffffffff
const MAX_ENTRIES = 10_000

interface Entry {
  name: string
  flags: number
  method: number
  checksum: number
  compressedBytes: number
  bytes: number
  offset: number
}

export function readZipEntry(archive: Buffer, name: string, maxBytes: number): ZipReading {
  try {
    const matches = entriesOf(archive).filter((entry) => entry.name === name)
    const [entry] = matches
    if (!entry) return invalid(`no ${name} in it`)
    if (matches.length > 1) return invalid(`${matches.length} entries called ${name}`)
    return extract(archive, entry, maxBytes)
  } catch (error) {
    // Reads past the end of the buffer, and what zlib makes of bytes that are not deflated.
    return invalid(`not a whole ZIP archive: ${(error as Error).message}`)
  }
}

function entriesOf(archive: Buffer): Entry[] {
  const end = endRecord(archive)
  const count = archive.readUInt16LE(end + 10)
  if (count > MAX_ENTRIES) throw new Error(`${count} entries`)
  const entries: Entry[] = []
  let at = archive.readUInt32LE(end + 16)
  for (let index = 0; index < count; index++) {
    if (archive.readUInt32LE(at) !== CENTRAL_SIGNATURE) throw new Error('broken directory')
    const nameBytes = archive.readUInt16LE(at + 28)
    entries.push({
      flags: archive.readUInt16LE(at + 8),
      method: archive.readUInt16LE(at + 10),
      checksum: archive.readUInt32LE(at + 16),
      compressedBytes: archive.readUInt32LE(at + 20),
      bytes: archive.readUInt32LE(at + 24),
      offset: archive.readUInt32LE(at + 42),
      name: archive.toString('utf8', at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes),
    })
    at += CENTRAL_BYTES + nameBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
  }
  return entries
}

function endRecord(archive: Buffer): number {
  const first = Math.max(0, archive.length - END_BYTES - MAX_ARCHIVE_COMMENT_BYTES)
  for (let at = archive.length - END_BYTES; at >= first; at--) if (archive.readUInt32LE(at) === END_SIGNATURE) return at
  throw new Error('no directory at its end')
}

function extract(archive: Buffer, entry: Entry, maxBytes: number): ZipReading {
  if (entry.flags & ENCRYPTED_FLAG) return invalid(`${entry.name} is encrypted`)
  if ([entry.compressedBytes, entry.bytes, entry.offset].includes(ZIP64_MARK)) return invalid('ZIP64 archive')
  if (entry.bytes > maxBytes) return invalid(`${entry.name} has ${entry.bytes} bytes, at most ${maxBytes}`)
  if (archive.readUInt32LE(entry.offset) !== LOCAL_SIGNATURE) return invalid(`broken header of ${entry.name}`)
  const skipped = archive.readUInt16LE(entry.offset + 26) + archive.readUInt16LE(entry.offset + 28)
  const start = entry.offset + LOCAL_BYTES + skipped
  if (start + entry.compressedBytes > archive.length) return invalid(`${entry.name} is cut off`)
  const packed = archive.subarray(start, start + entry.compressedBytes)
  const bytes = unpack(packed, entry)
  if (!bytes) return invalid(`${entry.name} is packed by unknown method ${entry.method}`)
  if (bytes.length !== entry.bytes) return invalid(`${entry.name} has another size than the archive says`)
  if (crc32(bytes) !== entry.checksum) return invalid(`checksum of ${entry.name} differs`)
  return { state: 'read', bytes }
}

function unpack(packed: Buffer, entry: Entry): Buffer | undefined {
  if (entry.method === STORED) return packed
  // One byte more than announced is enough to see that the announcement was wrong.
  if (entry.method === DEFLATED) return inflateRawSync(packed, { maxOutputLength: entry.bytes + 1 })
  return undefined
}

function invalid(reason: string): ZipReading {
  return { state: 'invalid', reason }
}
