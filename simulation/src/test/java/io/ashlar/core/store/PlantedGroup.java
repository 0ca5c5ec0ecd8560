package io.ashlar.core.store;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.format.BlockDescriptorFlyweight;
import io.ashlar.core.format.GroupHeaderFlyweight;
import io.ashlar.core.format.GroupProof;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.transform.Codec;
import io.ashlar.simulation.DiskImage;
import org.agrona.concurrent.UnsafeBuffer;

/// A group that the store never wrote, with checksums that hold.
///
/// @param stream its code, which need not be one
record PlantedGroup(int stream, long sequence, long durableThrough, int epoch, int generation) {
  private static final int BLOCK_BYTES = 4096;

  /// Puts it at the start of a segment, with nothing but a mark in it.
  void plant(DiskImage image, Superblock root, int segment) {
    UnsafeBuffer bytes = new UnsafeBuffer(new byte[root.geometry().alignmentBytes()]);
    new RecordFlyweight()
        .wrap(bytes, GroupHeaderFlyweight.BYTES)
        .head(RecordType.MARK, 0, 0)
        .place(0, 0, 0)
        .payload(0, 0);
    seal(bytes, root, GroupHeaderFlyweight.BYTES + RecordFlyweight.BYTES, 0);
    image.write(root.geometry().segmentOffset(segment), bytes.byteArray(), 0, bytes.capacity());
  }

  /// Puts it at the start of a segment, with a write of one plain block in it that names itself and
  /// has `writeId` for its content's version.
  void plantWrite(
      DiskImage image, Superblock root, int segment, int layer, long lba, long writeId) {
    int unit = root.geometry().alignmentBytes();
    UnsafeBuffer bytes = new UnsafeBuffer(new byte[unit + BLOCK_BYTES]);
    bytes.putLong(unit, writeId);
    bytes.putLong(unit + Long.BYTES, lba);
    int crc = new Crc32c().ofSeeded(layer, lba, writeId, bytes, unit, BLOCK_BYTES);
    int record = GroupHeaderFlyweight.BYTES;
    new RecordFlyweight()
        .wrap(bytes, record)
        .head(RecordType.WRITE, 1, layer)
        .place(writeId, lba, 0)
        .payload(0, 0);
    int block = record + RecordFlyweight.descriptorOffset(0);
    new BlockDescriptorFlyweight().wrap(bytes, block).set(crc, BLOCK_BYTES, Codec.RAW, 0);
    seal(bytes, root, block + BlockDescriptorFlyweight.BYTES, BLOCK_BYTES);
    image.write(root.geometry().segmentOffset(segment), bytes.byteArray(), 0, bytes.capacity());
  }

  private void seal(UnsafeBuffer bytes, Superblock root, int headerBytes, int payloadBytes) {
    GroupHeaderFlyweight header = new GroupHeaderFlyweight().wrap(bytes, 0, headerBytes);
    header.identity(root.secret(), 0, stream);
    header.order(sequence, durableThrough, epoch, generation);
    header.shape(headerBytes, payloadBytes, 1).time(0);
    GroupProof proof = new GroupProof(new Crc32c(), root.secret(), 0);
    header.checksum(proof.checksumOf(header.buffer(), headerBytes));
  }
}
