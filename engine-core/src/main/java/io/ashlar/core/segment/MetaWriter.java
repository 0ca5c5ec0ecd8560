package io.ashlar.core.segment;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Sectors;
import org.agrona.DirectBuffer;

/// Appends records with one payload to the META stream, whose places are known at once.
public final class MetaWriter {
  private final LogWriter log;
  private final SegmentTable segments;
  private final Crc32c crc;
  private final int alignmentBytes;
  private long address;
  private int generation;

  public MetaWriter(LogWriter log, SegmentTable segments, Crc32c crc) {
    this.log = log;
    this.segments = segments;
    this.crc = crc;
    alignmentBytes = segments.geometry().alignmentBytes();
  }

  /// Appends `length` bytes of `source` from its start on, as many as the device reads at once:
  /// what is in this stream is read alone; [#address] and [#generation] say where they will lie.
  ///
  /// @return false if the log cannot take it now
  public boolean append(
      RecordType type, int layer, long lba, long argument, DirectBuffer source, int length) {
    Check.that(length % alignmentBytes == 0, "payload is aligned", length);
    Group group = log.buildingWithRoom(Stream.META, 0, length);
    if (group == null) {
      return false;
    }
    long place = segments.geometry().segmentOffset(group.segment()) + group.nextPayloadOffset();
    address = place / Sectors.BYTES;
    generation = group.generation();
    int checksum = PayloadChecksum.of(crc, layer, lba, argument, source, 0, length);
    group.memory().putBytes(group.payloadStart(), source, 0, length);
    group.record(type, layer, 0, lba, argument);
    group.payload(length, checksum);
    return true;
  }

  /// Sector of what was appended last.
  public long address() {
    return address;
  }

  /// Generation of the segment around it.
  public int generation() {
    return generation;
  }
}
