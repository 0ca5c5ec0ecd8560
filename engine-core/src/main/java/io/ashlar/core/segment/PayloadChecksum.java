package io.ashlar.core.segment;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.format.RecordFlyweight;
import org.agrona.DirectBuffer;

/// The checksum of a record's one payload, seeded with what the record says it is: a right payload
/// under a wrong record fails.
public final class PayloadChecksum {
  private PayloadChecksum() {}

  /// @param record with everything set but the checksum
  public static int of(Crc32c crc, RecordFlyweight record, DirectBuffer payload, int offset) {
    return of(
        crc,
        record.layer(),
        record.lba(),
        record.argument(),
        payload,
        offset,
        record.payloadBytes());
  }

  /// As [#of(Crc32c, RecordFlyweight, DirectBuffer, int)] before there is a record.
  public static int of(
      Crc32c crc,
      long layer,
      long lba,
      long argument,
      DirectBuffer payload,
      int offset,
      int length) {
    return crc.ofSeeded(layer, argument, lba, payload, offset, length);
  }
}
