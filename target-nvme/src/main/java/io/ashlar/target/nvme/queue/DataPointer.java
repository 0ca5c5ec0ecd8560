package io.ashlar.target.nvme.queue;

import io.ashlar.target.nvme.spec.CommandFlyweight;
import io.ashlar.target.nvme.spec.NvmeStatus;

/// Where a command says that its data is.
final class DataPointer {
  private DataPointer() {}

  /// Checks that the command says rightly where its data is (TCP 1.0, 3.3.2.1; Base 2.0, 4.1.2).
  static int check(Command command, int capsuleBytes) {
    if (command.transferBytes == 0) {
      return capsuleBytes == 0 ? NvmeStatus.SUCCESS : NvmeStatus.INVALID_FIELD;
    }
    CommandFlyweight entry = command.entry;
    if (!entry.usesSgl()) {
      return NvmeStatus.INVALID_FIELD;
    }
    if (entry.sglIdentifier() == CommandFlyweight.SGL_TRANSPORT) {
      return capsuleBytes == 0 ? NvmeStatus.SUCCESS : NvmeStatus.INVALID_FIELD;
    }
    if (entry.sglIdentifier() != CommandFlyweight.SGL_IN_CAPSULE || command.isToHost()) {
      return NvmeStatus.SGL_TYPE_INVALID;
    }
    long offset = entry.sglAddress();
    if (offset < 0 || offset > capsuleBytes) {
      return NvmeStatus.SGL_OFFSET_INVALID;
    }
    if (command.transferBytes > capsuleBytes - offset) {
      return NvmeStatus.DATA_SGL_LENGTH_INVALID;
    }
    command.capsuleOffset = (int) offset;
    return NvmeStatus.SUCCESS;
  }
}
