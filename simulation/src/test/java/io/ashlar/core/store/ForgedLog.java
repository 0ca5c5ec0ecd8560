package io.ashlar.core.store;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.format.GroupHeaderFlyweight;
import io.ashlar.core.format.GroupProof;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.segment.GroupRecords;
import io.ashlar.core.segment.PayloadChecksum;
import io.ashlar.simulation.DiskImage;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/// Changes groups of the log that a start would replay, and makes their checksums hold again.
final class ForgedLog {
  /// Changes a record.
  interface Forgery {
    /// @param descriptors where in the record's buffer its blocks' descriptors begin
    /// @param payload the record's one payload; empty where it has none
    void apply(RecordFlyweight record, int descriptors, UnsafeBuffer payload);
  }

  private final DamagedImage good;
  private final List<Long> headers = new ArrayList<>();
  private final Crc32c crc = new Crc32c();
  private final GroupProof proof;

  ForgedLog(DamagedImage good) {
    this.good = good;
    proof = new GroupProof(crc, good.root().secret(), 0);
    for (DamagedImage.Structure each : good.structures()) {
      if (each.kind() == DamagedImage.Kind.HEADER) {
        if (header(each.offset()).sequence() >= good.root().replayFrom()) {
          headers.add(each.offset());
        }
      }
    }
  }

  /// Where the log's headers are.
  List<Long> headers() {
    return headers;
  }

  private GroupHeaderFlyweight header(long offset) {
    byte[] bytes = good.bytes(offset, GroupHeaderFlyweight.HEADER_BYTES_MAX);
    return new GroupHeaderFlyweight().wrap(new UnsafeBuffer(bytes), 0, bytes.length);
  }

  /// Forges the first record of a type in the log.
  ///
  /// @return the forged image
  DiskImage forge(RecordType type, Forgery forgery) {
    for (long offset : headers) {
      GroupHeaderFlyweight header = header(offset);
      GroupRecords records = new GroupRecords().wrap(header, base(header, offset));
      while (records.next()) {
        if (records.record().type() == type) {
          return forged(header, offset, records, forgery);
        }
        records.skipBlocks();
      }
    }
    throw new AssertionError("the log has no " + type);
  }

  private long base(GroupHeaderFlyweight header, long offset) {
    return offset
        + GroupHeaderFlyweight.paddedBytes(
            (int) offset, header.headerBytes(), header.payloadBytes(), good.alignmentBytes);
  }

  private DiskImage forged(
      GroupHeaderFlyweight header, long offset, GroupRecords records, Forgery forgery) {
    RecordFlyweight record = records.record();
    DiskImage image = good.image.fork();
    int bytes = record.type().hasBlocks() ? 0 : record.payloadBytes();
    UnsafeBuffer payload = new UnsafeBuffer(good.bytes(records.payloadOffset(), bytes));
    forgery.apply(record, RecordFlyweight.descriptorOffset(0), payload);
    if (bytes > 0) {
      image.write(records.payloadOffset(), payload.byteArray(), 0, bytes);
      record.payload(bytes, PayloadChecksum.of(crc, record, payload, 0));
    }
    write(image, header, offset);
    return image;
  }

  /// Forges any four bytes of the records of a header.
  DiskImage forge(long offset, int at, int value) {
    GroupHeaderFlyweight header = header(offset);
    int records = header.headerBytes() - GroupHeaderFlyweight.BYTES;
    header.buffer().putInt(GroupHeaderFlyweight.BYTES + at % (records / 4) * 4, value);
    DiskImage image = good.image.fork();
    write(image, header, offset);
    return image;
  }

  private void write(DiskImage image, GroupHeaderFlyweight header, long offset) {
    header.checksum(proof.checksumOf(header.buffer(), header.headerBytes()));
    byte[] bytes = new byte[header.headerBytes()];
    header.buffer().getBytes(0, bytes);
    image.write(offset, bytes, 0, bytes.length);
  }
}
