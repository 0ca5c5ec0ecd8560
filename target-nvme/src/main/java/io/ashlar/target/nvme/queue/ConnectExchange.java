package io.ashlar.target.nvme.queue;

import io.ashlar.target.nvme.controller.ConnectRequest;
import io.ashlar.target.nvme.spec.AdminOpcode;
import io.ashlar.target.nvme.spec.CommandFlyweight;
import io.ashlar.target.nvme.spec.ConnectDataFlyweight;
import io.ashlar.target.nvme.spec.NvmeStatus;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// The first command of a connection: it must be a Fabrics Connect with its data in the capsule.
/// Needs no queue and no memory but its own.
final class ConnectExchange {
  private final UnsafeBuffer memory =
      new UnsafeBuffer(new byte[CommandFlyweight.LENGTH_BYTES + ConnectDataFlyweight.LENGTH_BYTES]);
  private final CommandFlyweight entry = new CommandFlyweight().wrap(memory, 0);
  private int expectedBytes = -1;
  private int taken;

  boolean isBegun() {
    return expectedBytes >= 0;
  }

  void begin(DirectBuffer source, int offset, int dataBytes) {
    entry.copyFrom(source, offset);
    expectedBytes = dataBytes;
  }

  /// Takes data in; more than a Connect has is dropped.
  void take(DirectBuffer source, int offset, int length) {
    int room = Math.min(length, ConnectDataFlyweight.LENGTH_BYTES - taken);
    if (room > 0) {
      memory.putBytes(CommandFlyweight.LENGTH_BYTES + taken, source, offset, room);
      taken += room;
    }
  }

  int commandId() {
    return entry.commandId();
  }

  /// What is wrong with the command as such.
  int status(boolean intact) {
    if (entry.opcode() != AdminOpcode.FABRICS
        || entry.fabricsType() != AdminOpcode.FABRICS_CONNECT) {
      return NvmeStatus.COMMAND_SEQUENCE_ERROR;
    }
    if (!intact) {
      return NvmeStatus.TRANSIENT_TRANSPORT_ERROR;
    }
    if (!entry.usesSgl()) {
      return NvmeStatus.INVALID_FIELD;
    }
    if (entry.sglIdentifier() != CommandFlyweight.SGL_IN_CAPSULE) {
      return NvmeStatus.SGL_TYPE_INVALID;
    }
    if (entry.sglAddress() != 0) {
      return NvmeStatus.SGL_OFFSET_INVALID;
    }
    boolean whole =
        expectedBytes == ConnectDataFlyweight.LENGTH_BYTES
            && entry.sglLengthBytes() == ConnectDataFlyweight.LENGTH_BYTES;
    return whole ? NvmeStatus.SUCCESS : NvmeStatus.DATA_SGL_LENGTH_INVALID;
  }

  ConnectRequest request() {
    return ConnectRequest.of(
        entry,
        new UnsafeBuffer(memory, CommandFlyweight.LENGTH_BYTES, ConnectDataFlyweight.LENGTH_BYTES));
  }
}
