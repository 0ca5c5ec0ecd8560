package io.ashlar.core.store;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/// Turns a number into the 512 bytes of a sector and back. The number stands at both ends; what
/// lies between is made of it, noise if it is odd and easily compressed if it is even.
final class SectorContent {
  static final int BYTES = 512;
  private static final int LAST = BYTES - Long.BYTES;

  private SectorContent() {}

  static void write(long number, MutableDirectBuffer into, int offset) {
    long noise = number;
    for (int at = 0; at < BYTES; at += Long.BYTES) {
      noise ^= noise << 13;
      noise ^= noise >>> 7;
      noise ^= noise << 17;
      into.putLong(offset + at, (number & 1) == 0 ? number : noise);
    }
    into.putLong(offset, number);
    into.putLong(offset + LAST, number);
  }

  /// The number of a sector.
  ///
  /// @throws AssertionError if its bytes are of no number
  static long read(DirectBuffer from, int offset) {
    long number = from.getLong(offset);
    if (number != from.getLong(offset + LAST)) {
      throw new AssertionError(
          "a sector begins as %x and ends as %x".formatted(number, from.getLong(offset + LAST)));
    }
    return number;
  }
}
