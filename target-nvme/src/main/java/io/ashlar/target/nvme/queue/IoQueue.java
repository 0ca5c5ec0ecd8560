package io.ashlar.target.nvme.queue;

import static java.util.Objects.requireNonNull;

import io.ashlar.core.reservation.ReservationTable;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.target.nvme.controller.Controller;
import io.ashlar.target.nvme.controller.ReservationChange;
import io.ashlar.target.nvme.controller.SubsystemControllers;
import io.ashlar.target.nvme.controller.TrafficCounters;
import io.ashlar.target.nvme.spec.AdminOpcode;
import io.ashlar.target.nvme.spec.CommandFlyweight;
import io.ashlar.target.nvme.spec.IoOpcode;
import io.ashlar.target.nvme.spec.NvmeStatus;
import io.ashlar.target.nvme.subsystem.AnaState;
import org.jspecify.annotations.Nullable;

/// A queue of I/O commands on its subsystem's volume.
final class IoQueue extends QueuePair {
  private final SubsystemControllers owner;
  private final BlockVolume volume;
  private final TrafficCounters traffic;
  private final int transferBytesMax;
  private final Runnable onLeave;

  /// The version of the reservations that the two verdicts below are about.
  private long accessVersion = -1;

  private boolean mayRead;
  private boolean mayWrite;

  /// The first command of a fused pair whose second has not come yet.
  private @Nullable Command lonelyFirst;

  /// The last command was the first of a pair, and ended before its second came.
  private boolean hasFirstFailed;

  IoQueue(
      Controller controller,
      SubsystemControllers owner,
      Egress egress,
      QueueSetup setup,
      int transferBytesMax) {
    super(controller, egress, setup);
    this.owner = owner;
    this.transferBytesMax = transferBytesMax;
    volume = owner.subsystem().volume();
    traffic = controller.traffic();
    onLeave = setup.onLeave();
    makeSlots((tag, entries) -> new Command(tag, entries, this::onComplete, admin -> {}));
  }

  @Override
  int check(Command command) {
    boolean leaves = command.opcode == AdminOpcode.FABRICS;
    if (!leaves && owner.subsystem().ana().state() == AnaState.INACCESSIBLE) {
      return NvmeStatus.ANA_INACCESSIBLE;
    }
    if (!controller.isReady()) {
      return NvmeStatus.COMMAND_SEQUENCE_ERROR;
    }
    return IoCommands.check(command, volume.geometry(), transferBytesMax);
  }

  @Override
  void undoRelate(Command command) {
    Command first = command.partner;
    if (first != null) {
      first.partner = null;
      lonelyFirst = first;
    } else if (lonelyFirst == command) {
      lonelyFirst = null;
    }
  }

  /// Sees to the rules of fused pairs: the second comes right behind the first, and both are sound
  /// (NVM 1.0, 2.1.5.1).
  @Override
  int relate(Command command, int status) {
    int fuse = command.entry.fuse();
    Command first = lonelyFirst;
    boolean isAfterFailed = hasFirstFailed;
    hasFirstFailed = false;
    if (first == null && fuse == CommandFlyweight.FUSE_NONE) {
      return status;
    }
    lonelyFirst = null;
    if (fuse == CommandFlyweight.FUSE_SECOND && first != null) {
      if (status == NvmeStatus.SUCCESS && isPair(first, command)) {
        command.partner = first;
        first.partner = command;
        command.blockOffset = first.blockOffset + first.transferBytes;
        return status;
      }
      doom(first, NvmeStatus.ABORTED_FAILED_FUSED);
      return status == NvmeStatus.SUCCESS ? NvmeStatus.INVALID_FIELD : status;
    }
    if (first != null) {
      doom(first, NvmeStatus.ABORTED_MISSING_FUSED);
    }
    if (fuse == CommandFlyweight.FUSE_SECOND) {
      return isAfterFailed ? NvmeStatus.ABORTED_FAILED_FUSED : NvmeStatus.ABORTED_MISSING_FUSED;
    }
    if (fuse == CommandFlyweight.FUSE_FIRST) {
      hasFirstFailed = status != NvmeStatus.SUCCESS;
      lonelyFirst = hasFirstFailed ? null : command;
    }
    return status;
  }

  /// The first of a pair may end while it waits for its second, for instance by a damaged digest:
  /// its slot is another command's then.
  @Override
  void finish(Command command, int status, long result, int responseBytes) {
    if (lonelyFirst == command) {
      lonelyFirst = null;
      hasFirstFailed = true;
    }
    super.finish(command, status, result, responseBytes);
  }

  private static boolean isPair(Command first, Command second) {
    return first.entry.startLba() == second.entry.startLba()
        && first.transferBytes == second.transferBytes;
  }

  /// Ends the first of a pair that will not be, at once or when its data has come.
  private void doom(Command first, int status) {
    if (first.state == CommandState.AWAITING_PARTNER) {
      finish(first, status, 0, 0);
    } else {
      first.verdict = status;
    }
  }

  @Override
  int blockBytes(Command command) {
    boolean first = command.entry.fuse() == CommandFlyweight.FUSE_FIRST;
    return first ? 2 * command.transferBytes : command.transferBytes;
  }

  @Override
  @Nullable PayloadBlock dataBlock(Command command) {
    Command partner = command.partner;
    return command.block == null && partner != null ? partner.block : command.block;
  }

  @Override
  boolean giveBlock(Command command) {
    Command partner = command.partner;
    if (partner != null && isSecond(command)) {
      return partner.block != null;
    }
    return super.giveBlock(command);
  }

  @Override
  void takeBlock(Command command) {
    Command partner = command.partner;
    super.takeBlock(partner != null && isSecond(command) ? partner : command);
  }

  @Override
  void execute(Command command) {
    if (command.entry.fuse() != CommandFlyweight.FUSE_NONE) {
      executeFused(command);
      return;
    }
    PayloadBlock block = command.block;
    if (block != null) {
      command.lendBlock(block, command.transferBytes);
    }
    if (IoCommands.changesReservations(command.opcode)) {
      Change change = new Change(command);
      command.change = change;
      change.submit();
      return;
    }
    int status = start(command);
    if (status == IoCommands.SUBMIT) {
      volume.submit(command.request);
    } else {
      boolean leaves = command.opcode == AdminOpcode.FABRICS;
      finish(command, status, 0, command.isToHost() ? command.transferBytes : 0);
      if (leaves) {
        onLeave.run();
      }
    }
  }

  /// @return [IoCommands#SUBMIT], or the command's status
  private int start(Command command) {
    if (command.opcode == IoOpcode.RESERVATION_REPORT) {
      return ReservationCommands.report(command, volume.reservations());
    }
    return isAdmitted(command)
        ? IoCommands.prepare(command, volume)
        : NvmeStatus.RESERVATION_CONFLICT;
  }

  /// Whether other hosts' reservations let this command through. Asked when the command is about to
  /// be submitted, so that none slips by while its data is on the way.
  private boolean isAdmitted(Command command) {
    ReservationTable table = volume.reservations();
    if (table.version() != accessVersion) {
      accessVersion = table.version();
      mayRead = table.mayRead(controller.host());
      mayWrite = table.mayWrite(controller.host());
    }
    return mayWrite
        || command.opcode == AdminOpcode.FABRICS
        || (mayRead && IoCommands.onlyReads(command.opcode));
  }

  private void executeFused(Command command) {
    Command partner = command.partner;
    if (partner == null || partner.state != CommandState.AWAITING_PARTNER) {
      command.state = CommandState.AWAITING_PARTNER;
      return;
    }
    boolean isFirst = command.entry.fuse() == CommandFlyweight.FUSE_FIRST;
    Command first = isFirst ? command : partner;
    Command second = isFirst ? partner : command;
    partner.state = CommandState.EXECUTING;
    if (first.verdict >= 0 || second.verdict >= 0) {
      finish(first, verdictInPair(first), 0, 0);
      finish(second, verdictInPair(second), 0, 0);
      return;
    }
    if (!isAdmitted(second)) {
      finish(first, NvmeStatus.RESERVATION_CONFLICT, 0, 0);
      finish(second, NvmeStatus.RESERVATION_CONFLICT, 0, 0);
      return;
    }
    first.lendBlock(requireNonNull(first.block), 2 * first.transferBytes);
    IoCommands.prepareRange(first, volume.geometry(), BlockOperation.COMPARE_AND_WRITE);
    volume.submit(first.request);
  }

  private static int verdictInPair(Command command) {
    return command.verdict >= 0 ? command.verdict : NvmeStatus.ABORTED_FAILED_FUSED;
  }

  private void onComplete(BlockRequest request) {
    if (!(request.attachment instanceof Command command)) {
      return;
    }
    BlockStatus outcome = request.status;
    boolean goesOn =
        outcome == BlockStatus.OK && !isClosed() && IoCommands.prepareNext(command, volume);
    if (goesOn && !command.isAborted) {
      volume.submit(request);
      return;
    }
    int status =
        goesOn || outcome == BlockStatus.ABORTED
            ? command.abortStatus
            : IoCommands.statusOf(outcome, command.opcode);
    Command second = command.partner;
    if (second != null) {
      boolean written = outcome == BlockStatus.OK;
      finish(command, status, 0, 0);
      finish(second, written ? NvmeStatus.SUCCESS : NvmeStatus.ABORTED_FAILED_FUSED, 0, 0);
      return;
    }
    count(command);
    finish(command, status, 0, command.isToHost() ? command.transferBytes : 0);
  }

  private void count(Command command) {
    if (command.opcode == IoOpcode.READ) {
      traffic.readCommands++;
      traffic.readBytes += command.transferBytes;
    } else if (command.opcode == IoOpcode.WRITE) {
      traffic.writeCommands++;
      traffic.writtenBytes += command.transferBytes;
    }
  }

  @Override
  void abortWaiting(Command command) {
    Command partner = command.partner;
    if (lonelyFirst == command) {
      lonelyFirst = null;
    }
    withdraw(command, command.abortStatus);
    if (partner != null) {
      withdraw(partner, NvmeStatus.ABORTED_FAILED_FUSED);
    }
  }

  @Override
  boolean abortExecuting(Command command) {
    ReservationChange change = command.change;
    if (change != null) {
      return change.withdraw();
    }
    Command partner = command.partner;
    boolean lends = partner != null && isSecond(command);
    return volume.abort(lends ? requireNonNull(partner).request : command.request);
  }

  /// What a Reservation Register, Acquire or Release does when its turn comes.
  private final class Change extends ReservationChange {
    private final Command command;

    Change(Command command) {
      super(volume);
      this.command = command;
    }

    @Override
    protected int change() {
      return ReservationCommands.change(command, volume.reservations(), controller.host());
    }

    @Override
    protected void end(int status) {
      command.change = null;
      finish(command, status, 0, 0);
    }
  }

  private static boolean isSecond(Command command) {
    return command.entry.fuse() == CommandFlyweight.FUSE_SECOND;
  }
}
