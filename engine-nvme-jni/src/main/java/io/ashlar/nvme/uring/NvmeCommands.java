package io.ashlar.nvme.uring;

import io.ashlar.core.device.DeviceRequest;
import io.ashlar.nvme.local.Errno;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// NVMe's own commands through the ring (`IORING_OP_URING_CMD` on `/dev/ngXnY`), past the block
/// layer. The command stands in the second half of a long entry, as `struct nvme_uring_cmd`:
///
/// ```
/// 0        4        24        32       36       40          48      52
/// +--------+--------+---------+--------+--------+-----------+-------+- -
/// | opcode | nsid   | address |        | length | first lba | cdw12 |
/// ```
///
/// Source: NVM Command Set Specification, sections of the single commands.
final class NvmeCommands implements RingCommands {
  private static final int OPCODE_OFFSET = 0;
  private static final int NAMESPACE_OFFSET = 4;
  private static final int ADDRESS_OFFSET = 24;
  private static final int DATA_LENGTH_OFFSET = 36;
  private static final int CDW10_OFFSET = DATA_LENGTH_OFFSET + Integer.BYTES;
  private static final int CDW11_OFFSET = CDW10_OFFSET + Integer.BYTES;
  private static final int CDW12_OFFSET = CDW11_OFFSET + Integer.BYTES;

  private static final int OPCODE_FLUSH = 0x00;
  private static final int OPCODE_WRITE = 0x01;
  private static final int OPCODE_READ = 0x02;
  private static final int OPCODE_DATASET_MANAGEMENT = 0x09;

  private static final int FORCE_UNIT_ACCESS = 1 << 30;
  private static final int DEALLOCATE = 1 << 2;

  /// Status code and its type, without the bits that say what to do.
  private static final int STATUS_MASK = 0x7ff;

  private static final int STATUS_INVALID_OPCODE = 0x01;

  /// One range of Dataset Management: attributes, blocks, first block.
  private static final int RANGE_BYTES = 16;

  private static final int RANGE_BLOCKS_OFFSET = Integer.BYTES;
  private static final int RANGE_START_OFFSET = Long.BYTES;

  /// More than a range's 32 bits hold, rounded down to whole 4 KiB.
  private static final long RANGE_BLOCKS_MAX = 0xffff_fff8L;

  private final SubmissionRing ring;
  private final NvmeNamespace namespace;
  private final RegisteredMemory memory = new RegisteredMemory();

  /// What each slot's present command moves.
  private final long[] pieceBytes;

  /// A range for each slot.
  private final UnsafeBuffer ranges;

  NvmeCommands(SubmissionRing ring, NvmeNamespace namespace, int queueDepth) {
    this.ring = ring;
    this.namespace = namespace;
    this.pieceBytes = new long[queueDepth];
    this.ranges =
        new UnsafeBuffer(BufferUtil.allocateDirectAligned(queueDepth * RANGE_BYTES, RANGE_BYTES));
  }

  @Override
  public void publish(DeviceRequest request, int slot, long moved) {
    int entry = ring.begin(UringConstants.OP_URING_CMD, slot);
    ring.transfer(entry, UringConstants.NVME_COMMAND_IO & 0xffff_ffffL, 0, 0);
    ring.command(entry, NAMESPACE_OFFSET, namespace.id());
    switch (request.operation) {
      case READ -> transfer(entry, request, slot, moved, OPCODE_READ, 0);
      case WRITE -> transfer(entry, request, slot, moved, OPCODE_WRITE, 0);
      case WRITE_DURABLE -> transfer(entry, request, slot, moved, OPCODE_WRITE, FORCE_UNIT_ACCESS);
      case FLUSH -> ring.command(entry, OPCODE_OFFSET, OPCODE_FLUSH);
      case DISCARD -> deallocate(entry, request, slot, moved);
    }
    ring.publish();
  }

  private void transfer(
      int entry, DeviceRequest request, int slot, long moved, int opcode, int flags) {
    long address = request.address + moved;
    int length = (int) Math.min(namespace.transferBytesMax(), request.length - moved);
    int blocksLessOne = (length >>> namespace.blockShift()) - 1;
    pieceBytes[slot] = length;
    ring.command(entry, OPCODE_OFFSET, opcode);
    data(entry, address, length);
    ring.command(entry, CDW10_OFFSET, blockAt(request.offset + moved));
    ring.command(entry, CDW12_OFFSET, blocksLessOne | flags);
    int buffer = memory.indexOf(address, length);
    if (buffer != RegisteredMemory.NONE) {
      ring.operationFlags(entry, UringConstants.COMMAND_FIXED_BUFFER);
      ring.bufferIndex(entry, buffer);
    }
  }

  private void deallocate(int entry, DeviceRequest request, int slot, long moved) {
    long blocks = Math.min(RANGE_BLOCKS_MAX, blockAt(request.length - moved));
    pieceBytes[slot] = blocks << namespace.blockShift();
    int range = slot * RANGE_BYTES;
    ranges.putInt(range, 0);
    ranges.putInt(range + RANGE_BLOCKS_OFFSET, (int) blocks);
    ranges.putLong(range + RANGE_START_OFFSET, blockAt(request.offset + moved));
    ring.command(entry, OPCODE_OFFSET, OPCODE_DATASET_MANAGEMENT);
    data(entry, ranges.addressOffset() + range, RANGE_BYTES);
    // One range: its count less one is zero.
    ring.command(entry, CDW10_OFFSET, 0);
    ring.command(entry, CDW11_OFFSET, DEALLOCATE);
  }

  private long blockAt(long bytes) {
    return bytes >>> namespace.blockShift();
  }

  private void data(int entry, long address, int length) {
    ring.command(entry, ADDRESS_OFFSET, address);
    ring.command(entry, DATA_LENGTH_OFFSET, length);
  }

  /// A positive result is an NVMe status: the command failed as a whole.
  @Override
  public long progress(DeviceRequest request, int slot, int result) {
    if (result > 0) {
      return (result & STATUS_MASK) == STATUS_INVALID_OPCODE ? -Errno.EOPNOTSUPP : -Errno.EIO;
    }
    return result < 0 ? result : pieceBytes[slot];
  }

  @Override
  public boolean addsUp(DeviceRequest request) {
    return switch (request.operation) {
      case READ, WRITE, WRITE_DURABLE, DISCARD -> true;
      case FLUSH -> false;
    };
  }

  /// A durable write is a write with a bit more. Flushes and discards take longer than is worth
  /// watching.
  @Override
  public boolean mayBePolled(DeviceRequest request) {
    return switch (request.operation) {
      case READ, WRITE, WRITE_DURABLE -> true;
      case FLUSH, DISCARD -> false;
    };
  }

  @Override
  public boolean fallsBack(DeviceRequest request, int errno) {
    return false;
  }

  @Override
  public void useRegistered(ByteBuffer arena) {
    memory.use(arena);
  }

  @Override
  public void explainUnregistered(String why) {
    memory.explainAbsence(why);
  }

  @Override
  public String describe() {
    return "NVMe passthrough, " + memory.describe();
  }
}
