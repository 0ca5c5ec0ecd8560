package io.ashlar.target.nvme.queue;

import io.ashlar.core.base.Check;
import io.ashlar.core.reservation.ReservationGate;
import io.ashlar.core.volume.BlockCompletion;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.target.nvme.controller.AdminCommand;
import io.ashlar.target.nvme.controller.AdminCompletion;
import io.ashlar.target.nvme.controller.ReservationChange;
import io.ashlar.target.nvme.spec.AdminOpcode;
import io.ashlar.target.nvme.spec.CommandFlyweight;
import io.ashlar.target.nvme.spec.NvmeStatus;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/// A slot of a queue: one command on its way. Made when the queue is connected, and used again and
/// again.
final class Command {
  /// In an opcode's low bits: the host sends data.
  private static final int TRANSFER_FROM_HOST = 1;

  /// In an opcode's low bits: the host gets data.
  private static final int TRANSFER_TO_HOST = 2;

  private static final int TRANSFER_MASK = 3;
  private static final int TRANSFER_TAG_MASK = 0xFFFF;

  /// This slot's number.
  final int index;

  final CommandFlyweight entry = new CommandFlyweight();
  final BlockRequest request;
  final AdminCommand admin;

  CommandState state = CommandState.FREE;

  /// In the free list or the list of those that wait for memory.
  @Nullable Command next;

  int commandId;
  int opcode;

  /// How much data moves, in either direction; 0 if none.
  int transferBytes;

  /// How much of the host's data has come.
  int receivedBytes;

  /// How much of it the headers that came have announced.
  int announcedBytes;

  private int transferTag;

  /// Where in the capsule's data the command's data starts.
  int capsuleOffset;

  @Nullable PayloadBlock block;

  /// Where in `block` this command's data starts.
  int blockOffset;

  /// The status with which the command ends as soon as its data has come; -1 if it is sound.
  int verdict;

  /// The status with which the command ends if it is withdrawn.
  int abortStatus;

  /// It is to end as soon as what the volume has of it has ended.
  boolean isAborted;

  /// Who waits for the command's end, because it preempted its host; null if nobody does.
  @Nullable ReservationGate awaitedBy;

  /// The other of a fused pair. The first one owns the block that both use.
  @Nullable Command partner;

  /// What this command does to the reservations, from its execution to its end.
  @Nullable ReservationChange change;

  /// Progress of commands that name several ranges.
  int rangeIndex;

  int rangeCount;
  long rangeTarget;

  Command(
      int index,
      DirectBuffer entries,
      BlockCompletion ioCompletion,
      AdminCompletion adminCompletion) {
    this.index = index;
    entry.wrap(entries, index * CommandFlyweight.LENGTH_BYTES);
    request = new BlockRequest(ioCompletion);
    request.attachment = this;
    admin = new AdminCommand(entry, adminCompletion);
  }

  /// Takes a new command in.
  void begin(DirectBuffer source, int offset) {
    Check.that(state == CommandState.FREE, "a slot holds one command at a time");
    entry.copyFrom(source, offset);
    commandId = entry.commandId();
    opcode = entry.opcode();
    transferBytes = 0;
    receivedBytes = 0;
    announcedBytes = 0;
    capsuleOffset = 0;
    blockOffset = PayloadBlock.DATA_START;
    verdict = -1;
    abortStatus = NvmeStatus.ABORT_REQUESTED;
    isAborted = false;
    partner = null;
  }

  boolean isFromHost() {
    return (transferBits() & TRANSFER_MASK) == TRANSFER_FROM_HOST;
  }

  boolean isToHost() {
    return (transferBits() & TRANSFER_MASK) == TRANSFER_TO_HOST;
  }

  /// Whether it has begun and not ended.
  boolean isUnderWay() {
    return state != CommandState.FREE;
  }

  /// The tag of an R2T, another than this slot's last ones had.
  ///
  /// @param slots a power of two above every slot's number
  int nextTransferTag(int slots) {
    int next = (transferTag + slots) & TRANSFER_TAG_MASK;
    transferTag = (next & -slots) | index;
    return transferTag;
  }

  /// Whether an R2T of this tag was sent that the host has not answered in full.
  boolean awaits(int tag, int ofCommand) {
    return state == CommandState.AWAITING_DATA && transferTag == tag && commandId == ofCommand;
  }

  /// What its host still owes.
  HostTransfer leftOver() {
    return new HostTransfer(transferTag, commandId, announcedBytes, transferBytes);
  }

  /// Whether all of the host's data is here.
  boolean hasItsData() {
    return !isFromHost() || receivedBytes == transferBytes;
  }

  /// Points the request's and the admin command's data at the block.
  void lendBlock(PayloadBlock lent, int lengthBytes) {
    request.data.wrap(lent.bytes(), blockOffset, lengthBytes);
  }

  private int transferBits() {
    return opcode == AdminOpcode.FABRICS ? entry.fabricsType() : opcode;
  }
}
