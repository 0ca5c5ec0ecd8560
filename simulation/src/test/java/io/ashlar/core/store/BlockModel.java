package io.ashlar.core.store;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeGeometry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/// A workload on one volume whose every block says which write it is of, and what each block may
/// hold after a crash: the newest acked version, or any version submitted after it.
final class BlockModel {
  private static final int BLOCK_BYTES = VolumeGeometry.BLOCK_BYTES;

  /// One write or unmap of the workload.
  private static final class Write {
    final long version;
    final int first;
    final int count;
    boolean acked;

    Write(long version, int first, int count) {
      this.version = version;
      this.first = first;
      this.count = count;
    }
  }

  final int blocks;
  private final List<Write> writes = new ArrayList<>();
  private long[] base;
  private long versionNext = 1;

  BlockModel(int blocks) {
    this.blocks = blocks;
    base = new long[blocks];
  }

  /// Goes on from what was found after a crash: that is what the blocks hold now, and it must stay
  /// so.
  void rebase(long[] found) {
    base = found.clone();
    writes.clear();
  }

  /// Submits one random write or unmap.
  void submit(BlockVolume volume, SplittableRandom random) {
    int count = 1 + (random.nextInt(4) == 0 ? random.nextInt(32) : random.nextInt(2));
    int first = random.nextInt(blocks - count + 1);
    boolean unmap = random.nextInt(8) == 0;
    Write write = new Write(unmap ? 0 : versionNext++, first, count);
    writes.add(write);
    BlockRequest request = new BlockRequest(ended -> write.acked = ended.status == BlockStatus.OK);
    request.operation = unmap ? BlockOperation.UNMAP : BlockOperation.WRITE;
    request.offsetBytes = (long) first * BLOCK_BYTES;
    request.lengthBytes = (long) count * BLOCK_BYTES;
    if (!unmap) {
      ByteBuffer data = ByteBuffer.allocateDirect(count * BLOCK_BYTES);
      request.data.wrap(data);
      for (int i = 0; i < count; i++) {
        fill(request, i, write.version, first + i, random.nextBoolean());
      }
    }
    volume.submit(request);
  }

  private static void fill(
      BlockRequest request, int index, long version, int block, boolean compressible) {
    long noise = version * 0x9E3779B97F4A7C15L;
    for (int at = 0; at < BLOCK_BYTES; at += Long.BYTES) {
      noise ^= noise << 13;
      noise ^= noise >>> 7;
      noise ^= noise << 17;
      request.data.putLong(index * BLOCK_BYTES + at, compressible ? version : noise);
    }
    request.data.putLong(index * BLOCK_BYTES, version);
    request.data.putLong(index * BLOCK_BYTES + Long.BYTES, block);
  }

  /// Which writes of a moment were acked then.
  BitSet ackedNow() {
    BitSet acked = new BitSet();
    for (int i = 0; i < writes.size(); i++) {
      acked.set(i, writes.get(i).acked);
    }
    return acked;
  }

  /// What is wrong with the versions found in a volume, given which writes had been acked when it
  /// crashed: writes that were in flight together are unordered, so a block may hold any write that
  /// no later-submitted acked one replaced, and a write is there in all its blocks or, where it is
  /// not visible at all, in none.
  ///
  /// @param found the version in each block, 0 for zeroes
  /// @return a sentence, or an empty string
  String complaint(long[] found, BitSet acked) {
    for (int block = 0; block < blocks; block++) {
      String complaint = complaintAbout(block, found[block], acked);
      if (!complaint.isEmpty()) {
        return complaint;
      }
    }
    return tornWrite(found, acked);
  }

  private String complaintAbout(int block, long version, BitSet acked) {
    // The submission order is the order of sequencing, so the newest acked write wins over all
    // older ones.
    for (int i = writes.size() - 1; i >= 0; i--) {
      Write write = writes.get(i);
      if (write.first <= block && block < write.first + write.count) {
        if (write.version == version) {
          return "";
        }
        if (acked.get(i)) {
          return "block %d holds version %d; write %d of it was acked"
              .formatted(block, version, i + 1);
        }
      }
    }
    return version == base[block]
        ? ""
        : "block %d holds version %d that it never had".formatted(block, version);
  }

  private String tornWrite(long[] found, BitSet acked) {
    for (int i = 0; i < writes.size(); i++) {
      Write write = writes.get(i);
      if (acked.get(i) || write.version == 0) {
        continue;
      }
      boolean some = false;
      boolean lacking = false;
      for (int block = write.first; block < write.first + write.count; block++) {
        some |= found[block] == write.version;
        lacking |= found[block] != write.version && !overwritten(block, i, found[block]);
      }
      if (some && lacking) {
        return "write %d is there in part".formatted(i + 1);
      }
    }
    return "";
  }

  private boolean overwritten(int block, int index, long version) {
    for (int i = index + 1; i < writes.size(); i++) {
      Write write = writes.get(i);
      if (write.first <= block && block < write.first + write.count && write.version == version) {
        return true;
      }
    }
    return false;
  }

  /// Reads every block's version.
  static long[] versions(BlockVolume volume, int blocks, Runnable turn) {
    long[] versions = new long[blocks];
    int most = VolumeGeometry.TRANSFER_BYTES_MAX / BLOCK_BYTES;
    for (int first = 0; first < blocks; first += most) {
      read(volume, versions, first, Math.min(most, blocks - first), turn);
    }
    return versions;
  }

  private static void read(
      BlockVolume volume, long[] versions, int first, int count, Runnable turn) {
    boolean[] done = new boolean[1];
    BlockRequest read = new BlockRequest(ended -> done[0] = true);
    ByteBuffer memory = ByteBuffer.allocateDirect(count * BLOCK_BYTES);
    read.data.wrap(memory);
    read.operation = BlockOperation.READ;
    read.offsetBytes = (long) first * BLOCK_BYTES;
    read.lengthBytes = (long) count * BLOCK_BYTES;
    volume.submit(read);
    while (!done[0]) {
      turn.run();
    }
    if (read.status != BlockStatus.OK) {
      throw new AssertionError("reading everything ended with " + read.status);
    }
    for (int i = 0; i < count; i++) {
      versions[first + i] = read.data.getLong(i * BLOCK_BYTES);
      long tag = read.data.getLong(i * BLOCK_BYTES + Long.BYTES);
      if (versions[first + i] != 0 && tag != first + i) {
        throw new AssertionError("block " + (first + i) + " holds the bytes of block " + tag);
      }
    }
  }
}
