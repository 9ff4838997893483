import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('\u0089PNG\r\n\u001A\n', 'latin1');
const RGBA = [8, 6, 0, 0, 0];
/** Of what is mostly plain ground, more effort makes little less. */
const LEVEL = 3;

/**
 * A PNG (ISO/IEC 15948) of pixels in red, green, blue, alpha. resvg's own takes more than twice as much CPU for a file that is larger, and more than the
 * drawing does.
 */
export function encodePng(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const row = width * 4;
  // Each row begins with the number of its filter: 0 is none.
  const rows = Buffer.alloc((row + 1) * height);
  for (let y = 0; y < height; y += 1) rows.set(pixels.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', Buffer.concat([header, Buffer.from(RGBA)])),
    chunk('IDAT', deflateSync(rows, { level: LEVEL })),
    chunk('IEND', Buffer.alloc(0))
  ]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
