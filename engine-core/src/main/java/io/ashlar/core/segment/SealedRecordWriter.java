package io.ashlar.core.segment;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.format.BlockDescriptorFlyweight;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Sectors;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// Writes a record in one piece, as [SealedRecord#read] takes it, outside any group: what a replica
/// that catches up is sent beside the records of its primary's log.
public final class SealedRecordWriter {
  private final RecordFlyweight record = new RecordFlyweight();
  private final BlockDescriptorFlyweight descriptor = new BlockDescriptorFlyweight();
  private final UnsafeBuffer target = new UnsafeBuffer(0, 0);
  private int start;
  private int payloadAt;
  private int blocksDone;

  /// Begins a record at `offset` of `memory`.
  ///
  /// @param blocks how many follow by [#block]
  public SealedRecordWriter begin(
      MutableDirectBuffer memory, int offset, RecordType type, int layer, int blocks) {
    target.wrap(memory);
    start = offset;
    blocksDone = 0;
    payloadAt = offset + RecordFlyweight.descriptorOffset(blocks);
    record.wrap(target, offset).head(type, blocks, layer).payload(0, 0);
    return this;
  }

  /// Says what the record is about; see [RecordType].
  public SealedRecordWriter place(long writeId, long lba, long argument) {
    record.place(writeId, lba, argument);
    return this;
  }

  /// Adds a sealed block, as its index entry tells of it.
  public void block(
      int checksum, int codec, int keyGeneration, DirectBuffer source, int at, int length) {
    int to = start + RecordFlyweight.descriptorOffset(blocksDone++);
    descriptor.wrap(target, to).set(checksum, length, codec, keyGeneration);
    append(source, at, length);
  }

  /// Adds the record's one payload.
  public SealedRecordWriter payload(DirectBuffer source, int length, Crc32c crc) {
    record.payload(length, 0);
    record.payload(length, PayloadChecksum.of(crc, record, source, 0));
    append(source, 0, length);
    return this;
  }

  private void append(DirectBuffer source, int at, int length) {
    int padded = Sectors.align(length, Sectors.BYTES);
    target.putBytes(payloadAt, source, at, length);
    target.setMemory(payloadAt + length, padded - length, (byte) 0);
    payloadAt += padded;
  }

  /// How many bytes it took.
  public int bytes() {
    return payloadAt - start;
  }
}
