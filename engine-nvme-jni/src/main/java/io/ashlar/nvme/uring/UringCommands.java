package io.ashlar.nvme.uring;

import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.nvme.local.Errno;
import io.ashlar.nvme.posix.DeviceFacts;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;

/// Turns requests into the entries of a [SubmissionRing] for a file or block device.
final class UringCommands {
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
  private String memory = "memory not registered";
  private long arenaAddress;

  /// 0 until memory is registered.
  private long arenaLength;

  UringCommands(SubmissionRing ring, DeviceFacts facts) {
    this.ring = ring;
    this.hasBlockCommand = facts.isBlockDevice();
    this.discard = hasBlockCommand ? Discard.BLOCK_COMMAND : Discard.PUNCH_HOLE;
  }

  void useRegistered(ByteBuffer arena) {
    arenaAddress = BufferUtil.address(arena);
    arenaLength = arena.capacity();
    memory = "registered memory";
  }

  void explainUnregistered(String why) {
    memory = "memory not registered: " + why;
  }

  String describe() {
    return memory;
  }

  static boolean movesData(DeviceRequest request) {
    return switch (request.operation) {
      case READ, WRITE, WRITE_DURABLE -> true;
      case FLUSH, DISCARD -> false;
    };
  }

  /// Publishes an entry for what is left of a request.
  ///
  /// @param moved bytes that are done
  void publish(DeviceRequest request, int slot, long moved) {
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
    long start = address - arenaAddress;
    int entry;
    if (start >= 0 && start <= arenaLength - length && isInOneBuffer(start, length)) {
      entry =
          ring.begin(reads ? UringConstants.OP_READ_FIXED : UringConstants.OP_WRITE_FIXED, slot);
      ring.bufferIndex(entry, (int) (start / Ring.REGISTERED_BUFFER_BYTES));
    } else {
      entry = ring.begin(reads ? UringConstants.OP_READ : UringConstants.OP_WRITE, slot);
    }
    ring.transfer(entry, request.offset + moved, address, length);
    return entry;
  }

  private static boolean isInOneBuffer(long start, int length) {
    long last = start + length - 1;
    return start / Ring.REGISTERED_BUFFER_BYTES == last / Ring.REGISTERED_BUFFER_BYTES;
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

  /// Takes the next way to discard when the device refused one; requests under way at that time are
  /// refused too and come here after the change.
  ///
  /// @return whether the request may go another way than its first
  boolean fallsBack(DeviceRequest request, int errno) {
    boolean refused = errno == Errno.EINVAL || errno == Errno.EOPNOTSUPP || errno == Errno.ENOTTY;
    if (!refused || request.operation != DeviceOperation.DISCARD || !hasBlockCommand) {
      return false;
    }
    discard = Discard.PUNCH_HOLE;
    return true;
  }
}
