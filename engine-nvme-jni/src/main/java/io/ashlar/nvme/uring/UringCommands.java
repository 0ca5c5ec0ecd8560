package io.ashlar.nvme.uring;

import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.nvme.local.Errno;
import io.ashlar.nvme.posix.DeviceFile;
import java.nio.ByteBuffer;

/// Turns requests into the entries of a [SubmissionRing] for a file or block device.
final class UringCommands implements RingCommands {
  /// How a discard is asked for; each step down after the device refused the one above.
  private enum Discard {
    /// The block layer's own command, without a worker thread (Linux 6.12, block devices).
    BLOCK_COMMAND,
    /// A hole punched into the file, or written zeros that unmap on a block device.
    PUNCH_HOLE
  }

  private final SubmissionRing ring;
  private final boolean hasBlockCommand;
  private Discard discard;
  private final RegisteredMemory memory = new RegisteredMemory();
  private final String how;

  UringCommands(SubmissionRing ring, DeviceFile file) {
    this.ring = ring;
    this.hasBlockCommand = file.facts().isBlockDevice();
    this.discard = hasBlockCommand ? Discard.BLOCK_COMMAND : Discard.PUNCH_HOLE;
    this.how = file.mode() == DeviceFile.Mode.DIRECT ? "O_DIRECT" : "through the page cache";
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
    return how + ", " + memory.describe();
  }

  @Override
  public boolean addsUp(DeviceRequest request) {
    return switch (request.operation) {
      case READ, WRITE, WRITE_DURABLE -> true;
      case FLUSH, DISCARD -> false;
    };
  }

  @Override
  public long progress(DeviceRequest request, int slot, int result) {
    return result;
  }

  @Override
  public void publish(DeviceRequest request, int slot, long moved) {
    switch (request.operation) {
      case READ -> transfer(request, slot, moved);
      case WRITE -> transfer(request, slot, moved);
      case WRITE_DURABLE ->
          ring.operationFlags(transfer(request, slot, moved), UringConstants.RW_DSYNC);
      case FLUSH -> {
        int entry = ring.begin(UringConstants.OP_FSYNC, slot);
        ring.operationFlags(entry, UringConstants.FSYNC_DATASYNC);
      }
      case DISCARD -> discard(request, slot);
    }
    ring.publish();
  }

  private int transfer(DeviceRequest request, int slot, long moved) {
    long address = request.address + moved;
    int length = (int) (request.length - moved);
    boolean reads = request.operation == DeviceOperation.READ;
    int buffer = memory.indexOf(address, length);
    int entry;
    if (buffer == RegisteredMemory.NONE) {
      entry = ring.begin(reads ? UringConstants.OP_READ : UringConstants.OP_WRITE, slot);
    } else {
      entry =
          ring.begin(reads ? UringConstants.OP_READ_FIXED : UringConstants.OP_WRITE_FIXED, slot);
      ring.bufferIndex(entry, buffer);
    }
    ring.transfer(entry, request.offset + moved, address, length);
    return entry;
  }

  private void discard(DeviceRequest request, int slot) {
    if (discard == Discard.BLOCK_COMMAND) {
      int entry = ring.begin(UringConstants.OP_URING_CMD, slot);
      ring.transfer(entry, UringConstants.BLOCK_COMMAND_DISCARD, request.offset, 0);
      ring.command(entry, 0, request.length);
    } else {
      // An fallocate entry carries its length in the address and its mode in the length.
      int entry = ring.begin(UringConstants.OP_FALLOCATE, slot);
      int mode = UringConstants.FALLOCATE_PUNCH_HOLE_KEEP_SIZE;
      ring.transfer(entry, request.offset, request.length, mode);
    }
  }

  /// Durable writes are not: where the device has no FUA the block layer adds flushes of its own,
  /// which nothing polls for.
  @Override
  public boolean mayBePolled(DeviceRequest request) {
    return switch (request.operation) {
      case READ, WRITE -> true;
      case WRITE_DURABLE, FLUSH, DISCARD -> false;
    };
  }

  @Override
  public boolean fallsBack(DeviceRequest request, int errno) {
    boolean refused = errno == Errno.EINVAL || errno == Errno.EOPNOTSUPP || errno == Errno.ENOTTY;
    if (!refused || request.operation != DeviceOperation.DISCARD || !hasBlockCommand) {
      return false;
    }
    discard = Discard.PUNCH_HOLE;
    return true;
  }
}
