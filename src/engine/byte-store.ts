/** Bytes that are added up in one buffer, which grows by doubling and is used again after {@link clear}. */
export class ByteStore {
  /** The first {@link length} are in use. Another array after it has grown. */
  bytes = new Uint8Array(0)
  length = 0

  append(source: Uint8Array, start: number, end: number): void {
    const length = this.length + end - start
    if (length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(SMALLEST_BYTES, length, 2 * this.bytes.length))
      larger.set(this.bytes.subarray(0, this.length))
      this.bytes = larger
    }
    this.bytes.set(start === 0 && end === source.length ? source : source.subarray(start, end), this.length)
    this.length = length
  }

  clear(): void {
    this.length = 0
  }
}

const SMALLEST_BYTES = 512
