package io.ashlar.replication.pipeline;

import io.ashlar.core.segment.SealedRecord;
import io.ashlar.core.store.LogStore;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.VolumeGeometry;

/// The most that a request sends to each follower, so that room for all of it is put aside before
/// the store takes it. The store seals writes of all volumes one after the other: one that found no
/// room there would hold back everybody's.
final class Sending {
  /// The most blocks that one request writes whole, and as many ends of chunks as lie within a
  /// block.
  private static final int BLOCKS_MAX =
      blocks(VolumeGeometry.TRANSFER_BYTES_MAX / VolumeGeometry.BLOCK_BYTES);

  /// The most records and bytes of one request.
  static final int RECORDS_MAX = records(BLOCKS_MAX);

  static final int BYTES_MAX = bytes(RECORDS_MAX, BLOCKS_MAX);

  /// Blocks that reservations take no more room than.
  private static final int RESERVATIONS_BLOCKS = 16;

  int records;

  /// Without what the link says of each record.
  int bytes;

  /// Whether the request sends anything.
  static boolean sends(BlockRequest request) {
    return switch (request.operation) {
      case READ, VERIFY, COMPARE, MAPPING, FLUSH -> false;
      case SAVE_RESERVATIONS, UNMAP, WRITE_ZEROES, WRITE, COMPARE_AND_WRITE, OR_WRITE, COPY -> true;
    };
  }

  /// Makes it what a request sends, whose length counts as `lengthBytes`: what is refused for its
  /// length costs no more than the longest that is taken.
  Sending of(BlockRequest request, long lengthBytes) {
    long transfer = Math.clamp(lengthBytes, 0, VolumeGeometry.TRANSFER_BYTES_MAX);
    int whole = (int) (transfer / VolumeGeometry.BLOCK_BYTES);
    return switch (request.operation) {
      case READ, VERIFY, COMPARE, MAPPING, FLUSH -> set(0, 0);
      case SAVE_RESERVATIONS -> set(1, RESERVATIONS_BLOCKS);
      // Both ends, where they lie within a block, and what is between them.
      case UNMAP, WRITE_ZEROES -> set(3, 2);
      case WRITE, COMPARE_AND_WRITE, OR_WRITE, COPY -> set(records(blocks(whole)), blocks(whole));
    };
  }

  /// Makes it what the beginning of an epoch sends.
  Sending ofBeginning() {
    return set(1, 0);
  }

  private Sending set(int newRecords, int blocks) {
    records = newRecords;
    bytes = bytes(newRecords, blocks);
    return this;
  }

  void clear() {
    records = 0;
    bytes = 0;
  }

  private static int blocks(int whole) {
    return whole + whole / LogStore.PIECE_BLOCKS + 2;
  }

  private static int records(int blocks) {
    return (blocks + LogStore.PIECE_BLOCKS - 1) / LogStore.PIECE_BLOCKS;
  }

  private static int bytes(int records, int blocks) {
    return SealedRecord.bytesMax(blocks) + records * SealedRecord.bytesMax(0);
  }
}
