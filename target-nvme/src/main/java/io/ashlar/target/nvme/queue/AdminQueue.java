package io.ashlar.target.nvme.queue;

import static java.util.Objects.requireNonNull;

import io.ashlar.target.nvme.controller.AdminCommand;
import io.ashlar.target.nvme.controller.AdminCommands;
import io.ashlar.target.nvme.controller.AdminCompletion;
import io.ashlar.target.nvme.controller.Controller;
import io.ashlar.target.nvme.spec.NvmeStatus;
import io.ashlar.target.nvme.subsystem.QueueLimits;

/// The queue of admin commands.
final class AdminQueue extends QueuePair {
  AdminQueue(Controller controller, Egress egress, QueueSetup setup) {
    super(controller, egress, setup);
    makeSlots((tag, entries) -> {
      Completion completion = new Completion();
      Command command = new Command(tag, entries, request -> {}, completion);
      completion.command = command;
      return command;
    });
  }

  private final class Completion implements AdminCompletion {
    @org.jspecify.annotations.Nullable Command command;

    @Override
    public void onAdminComplete(AdminCommand admin) {
      finish(requireNonNull(command), admin.status, admin.result, admin.responseBytes);
    }
  }

  @Override
  int check(Command command) {
    if (!command.isFromHost() && !command.isToHost()) {
      return NvmeStatus.SUCCESS;
    }
    long length = command.entry.sglLengthBytes();
    if (length > QueueLimits.ADMIN_TRANSFER_BYTES_MAX) {
      return NvmeStatus.INVALID_FIELD;
    }
    command.transferBytes = hasData(command) ? (int) length : 0;
    return NvmeStatus.SUCCESS;
  }

  /// Features may or may not move data; a zero length says not.
  private static boolean hasData(Command command) {
    return command.entry.sglLengthBytes() > 0;
  }

  @Override
  void execute(Command command) {
    AdminCommand admin = command.admin;
    admin.result = 0;
    admin.responseBytes = 0;
    admin.dataBytes = command.transferBytes;
    PayloadBlock block = command.block;
    if (block == null) {
      admin.data.wrap(0, 0);
    } else {
      admin.data.wrap(block.bytes(), command.blockOffset, command.transferBytes);
    }
    AdminCommands.execute(controller, admin);
  }

  @Override
  boolean abortExecuting(Command command) {
    return false; // what waits there are event requests, and the controller ends those
  }
}
