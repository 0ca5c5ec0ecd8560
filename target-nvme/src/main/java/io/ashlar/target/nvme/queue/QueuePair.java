package io.ashlar.target.nvme.queue;

import static java.util.Objects.requireNonNull;

import io.ashlar.core.base.Check;
import io.ashlar.core.reservation.ReservationGate;
import io.ashlar.target.nvme.controller.Controller;
import io.ashlar.target.nvme.pdu.DataPdu;
import io.ashlar.target.nvme.pdu.TermReason;
import io.ashlar.target.nvme.spec.CommandFlyweight;
import io.ashlar.target.nvme.spec.NvmeStatus;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.collections.IntHashSet;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// A submission and completion queue pair on one connection: its slots, the data that moves for
/// them, and the memory it moves through. What commands mean is left to [AdminQueue] and [IoQueue].
abstract class QueuePair extends PayloadAccount {
  static final int SQ_HEAD_UNUSED = 0xFFFF;

  /// From here on data is received apart from what comes before it.
  private static final int LONG_BYTES = 32 * 1024;

  final Controller controller;
  final Egress egress;

  private final PayloadPool pool;
  private final Runnable onRoom;
  private final Command[] slots;
  private final int queueEntries;
  private final boolean withoutFlowControl;
  private final UnsafeBuffer entries;
  private final AbandonedTransfers abandoned;

  /// The part of a transfer tag that is its slot's number; the rest tells the slot's transfers
  /// apart.
  private final int slotMask;

  /// The identifiers of the commands under way; with room to spare, so that it never grows.
  private final IntHashSet commandIds;

  private @Nullable Command free;
  private @Nullable Command waitingFirst;
  private @Nullable Command waitingLast;
  private @Nullable Command receiving;
  private int capsulePosition;

  /// How many commands wait for data of at least [#LONG_BYTES] that they asked for.
  private int awaitingLong;

  private int sqHead;
  private boolean closed;

  QueuePair(Controller controller, Egress egress, QueueSetup setup) {
    this.controller = controller;
    this.egress = egress;
    pool = setup.pool();
    onRoom = setup.onRoom();
    queueEntries = setup.queueEntries();
    withoutFlowControl = setup.withoutFlowControl();
    slots = new Command[queueEntries];
    entries = new UnsafeBuffer(new byte[queueEntries * CommandFlyweight.LENGTH_BYTES]);
    commandIds = new IntHashSet(2 * queueEntries);
    abandoned = new AbandonedTransfers(queueEntries);
    slotMask = BitUtil.findNextPositivePowerOfTwo(queueEntries) - 1;
  }

  /// Fills the slots; the last step of a subclass's construction.
  final void makeSlots(CommandMaker maker) {
    for (int i = queueEntries - 1; i >= 0; i--) {
      slots[i] = maker.make(i, entries);
      slots[i].next = free;
      free = slots[i];
    }
  }

  /// Makes an empty slot.
  interface CommandMaker {
    Command make(int tag, DirectBuffer entries);
  }

  /// Looks at a command before its data moves: sets [Command#transferBytes].
  ///
  /// @return a status; anything but success ends the command
  abstract int check(Command command);

  /// Ties a command that was checked to the one before it, where they belong together.
  ///
  /// @param status what came of the check
  /// @return the status after that; anything but success ends the command
  int relate(Command command, int status) {
    return status;
  }

  /// The command that was related last is put off; it will be checked and related again.
  void undoRelate(Command command) {}

  /// Carries a command out; all of the host's data is there, or room for the answer.
  abstract void execute(Command command);

  /// Ends a command that [#execute] has started, if it can be ended.
  abstract boolean abortExecuting(Command command);

  /// How much memory a command needs.
  int blockBytes(Command command) {
    return command.transferBytes;
  }

  boolean hasFreeSlot() {
    return free != null;
  }

  boolean isClosed() {
    return closed;
  }

  /// Takes a command capsule in.
  ///
  /// @return false if its data has no room now; nothing was changed
  boolean onCapsule(DirectBuffer header, int entryOffset, int capsuleBytes) {
    Command command = requireNonNull(free, "a slot is free");
    command.begin(header, entryOffset);
    if (commandIds.contains(command.commandId)) {
      refuseSecond(command.commandId);
      return true;
    }
    int status = check(command);
    if (status == NvmeStatus.SUCCESS) {
      status = DataPointer.check(command, capsuleBytes);
    }
    status = relate(command, status);
    boolean inCapsule = command.isFromHost() && capsuleBytes > 0;
    if (status == NvmeStatus.SUCCESS && inCapsule && !giveBlock(command)) {
      if (!owesItsHostReading()) {
        undoRelate(command);
        return false;
      }
      takeBlock(command);
    }
    free = command.next;
    command.next = null;
    commandIds.add(command.commandId);
    advance();
    accept(command, status, inCapsule);
    return true;
  }

  private void advance() {
    sqHead = sqHead + 1 == queueEntries ? 0 : sqHead + 1;
    controller.heard();
  }

  /// A command with the identifier of one under way, which goes on unharmed (Base 2.0, 3.3.3.2.1).
  /// Its data, if any, is dropped: it is received for nobody.
  private void refuseSecond(int commandId) {
    advance();
    egress.response(0, sqHead(), commandId, NvmeStatus.COMMAND_ID_CONFLICT);
  }

  private void accept(Command command, int status, boolean inCapsule) {
    if (status != NvmeStatus.SUCCESS) {
      command.state = CommandState.EXECUTING;
      finish(command, status, 0, 0);
    } else if (inCapsule) {
      command.state = CommandState.RECEIVING_CAPSULE;
      receiving = command;
      capsulePosition = 0;
    } else {
      proceed(command);
    }
  }

  /// Takes an H2CData header in.
  ///
  /// @return what is wrong with it, or null
  @Nullable TermReason onHostData(DirectBuffer header, int offset, int dataBytes) {
    int tag = DataPdu.transferTag(header, offset);
    int index = tag & slotMask;
    Command command = index < slots.length ? slots[index] : null;
    if (command == null || !command.awaits(tag, DataPdu.commandId(header, offset))) {
      return abandoned.onData(header, offset, dataBytes);
    }
    TermReason wrong =
        HostTransfer.fault(header, offset, dataBytes, command.receivedBytes, command.transferBytes);
    if (wrong == null) {
      receiving = command;
      command.announcedBytes = command.receivedBytes + dataBytes;
    }
    return wrong;
  }

  /// Takes a piece of data in, for the command that the last header named, if any wants it.
  void onData(DirectBuffer source, int offset, int length) {
    Command command = receiving;
    if (command == null) {
      return;
    }
    int from = offset;
    int left = length;
    if (command.state == CommandState.RECEIVING_CAPSULE) {
      int skipped = Math.clamp((long) command.capsuleOffset - capsulePosition, 0, left);
      capsulePosition += length;
      from += skipped;
      left = Math.min(left - skipped, command.transferBytes - command.receivedBytes);
    }
    PayloadBlock block = requireNonNull(dataBlock(command), "a receiving command has memory");
    int to = command.blockOffset + command.receivedBytes;
    boolean hasLanded = source.addressOffset() + from == block.memoryAddress() + to;
    if (!hasLanded) {
      block.bytes().putBytes(to, source, from, left);
    }
    command.receivedBytes += left;
  }

  /// Whether the next `dataBytes` of data are a command's, all of them and nothing but.
  boolean receives(int dataBytes) {
    Command command = receiving;
    return command != null
        && command.capsuleOffset == 0
        && dataBytes <= command.transferBytes - command.receivedBytes;
  }

  /// Points `landing` at where the next `dataBytes` of data belong, which a command [#receives].
  Landing landAt(Landing landing, int dataBytes) {
    Command command = requireNonNull(receiving, "a command receives");
    PayloadBlock block = requireNonNull(dataBlock(command), "a receiving command has memory");
    return landing.at(block, command.blockOffset + command.receivedBytes, dataBytes);
  }

  /// Whether much data will come that was asked for.
  boolean awaitsLongData() {
    return awaitingLong > 0;
  }

  /// The PDU is over.
  void onEnd(boolean intact) {
    Command command = receiving;
    receiving = null;
    if (command == null) {
      return;
    }
    if (!intact && command.verdict < 0) {
      command.verdict = NvmeStatus.TRANSIENT_TRANSPORT_ERROR;
    }
    if (command.hasItsData()) {
      dataComplete(command);
    }
  }

  private void dataComplete(Command command) {
    if (command.verdict >= 0 && command.partner == null) {
      finish(command, command.verdict, 0, 0);
    } else {
      noLongerAwaitsData(command);
      command.state = CommandState.EXECUTING;
      execute(command);
    }
  }

  private void noLongerAwaitsData(Command command) {
    if (command.state == CommandState.AWAITING_DATA && command.transferBytes >= LONG_BYTES) {
      awaitingLong--;
    }
  }

  /// Moves a command on as far as it can go without its host.
  private void proceed(Command command) {
    if (!giveBlock(command)) {
      command.state = CommandState.AWAITING_MEMORY;
      awaitMemory(command);
    } else if (command.hasItsData()) {
      command.state = CommandState.EXECUTING;
      execute(command);
    } else {
      command.state = CommandState.AWAITING_DATA;
      awaitingLong += command.transferBytes >= LONG_BYTES ? 1 : 0;
      int tag = command.nextTransferTag(slotMask + 1);
      abandoned.forget(tag);
      egress.readyToTransfer(command.commandId, tag, 0, command.transferBytes);
    }
  }

  /// The memory of a command's data; that of its partner for the second of a fused pair.
  @Nullable PayloadBlock dataBlock(Command command) {
    return command.block;
  }

  /// Sees that a command has the memory it needs.
  ///
  /// @return false if there is none now; [#onMemory] will run
  boolean giveBlock(Command command) {
    if (command.transferBytes > 0 && command.block == null) {
      command.block = pool.acquire(blockBytes(command), this);
      return command.block != null;
    }
    return true;
  }

  /// As [#giveBlock], whether there is room or not.
  void takeBlock(Command command) {
    command.block = pool.acquireBeyond(blockBytes(command), this);
  }

  /// Whether commands hold memory until data come that the host may have sent already, behind what
  /// is being read now. If that were put off, neither would ever end.
  private boolean owesItsHostReading() {
    for (Command command : slots) {
      if (command.state == CommandState.AWAITING_DATA) {
        return true;
      }
    }
    return false;
  }

  private void awaitMemory(Command command) {
    Command last = waitingLast;
    if (last == null) {
      waitingFirst = command;
    } else {
      last.next = command;
    }
    waitingLast = command;
  }

  @Override
  void onMemory() {
    if (closed) {
      return;
    }
    Command command = waitingFirst;
    waitingFirst = null;
    waitingLast = null;
    while (command != null) {
      Command following = command.next;
      command.next = null;
      proceed(command);
      command = following;
    }
    egress.flush();
    onRoom.run();
  }

  /// Ends a command: tells the host, and frees the slot. Data that the host still owes is dropped
  /// when it comes.
  ///
  /// @param responseBytes how much of its block goes to the host; only with success
  void finish(Command command, int status, long result, int responseBytes) {
    Check.that(command.isUnderWay(), "a command ends once", command.index);
    PayloadBlock block = command.block;
    command.block = null;
    command.partner = null;
    ReservationGate gate = command.awaitedBy;
    command.awaitedBy = null;
    commandIds.remove(command.commandId);
    leaveSlot(command);
    if (closed) {
      release(block);
    } else if (status == NvmeStatus.SUCCESS && responseBytes > 0) {
      PayloadBlock data = requireNonNull(block, "an answer has memory");
      if (withoutFlowControl && result == 0) {
        egress.dataWithSuccess(data, responseBytes, command.commandId);
      } else {
        egress.dataWithResponse(data, responseBytes, result, sqHead(), command.commandId);
      }
    } else {
      release(block);
      egress.response(result, sqHead(), command.commandId, status);
    }
    if (gate != null) {
      gate.over(); // last: this may end commands of other queues, and begin others in this one
    }
  }

  private void leaveSlot(Command command) {
    noLongerAwaitsData(command);
    if (command.state == CommandState.AWAITING_DATA
        && command.announcedBytes < command.transferBytes) {
      abandoned.add(command.leftOver());
    }
    if (receiving == command) {
      receiving = null; // the rest of the PDU is for nobody
    }
    giveBack(command);
  }

  private void giveBack(Command command) {
    command.state = CommandState.FREE;
    command.next = free;
    free = command;
  }

  private static void release(@Nullable PayloadBlock block) {
    if (block != null) {
      block.release();
    }
  }

  int sqHead() {
    return withoutFlowControl ? SQ_HEAD_UNUSED : sqHead;
  }

  /// Ends a command at its host's wish, if it is known and not too far on its way.
  boolean abort(int commandId) {
    for (Command command : slots) {
      if (command.isUnderWay() && command.commandId == commandId) {
        return abort(command);
      }
    }
    return false;
  }

  private boolean abort(Command command) {
    return switch (command.state) {
      case FREE -> false;
      case EXECUTING -> {
        command.isAborted = true;
        yield abortExecuting(command);
      }
      case RECEIVING_CAPSULE, AWAITING_MEMORY, AWAITING_DATA, AWAITING_PARTNER -> {
        abortWaiting(command);
        yield true;
      }
    };
  }

  /// Ends a command that waits for memory, for its host, or for the other of its pair.
  void abortWaiting(Command command) {
    withdraw(command, command.abortStatus);
  }

  /// Ends a command that is not executing.
  final void withdraw(Command command, int status) {
    if (command.state == CommandState.AWAITING_MEMORY) {
      forgetWaiting(command);
    }
    finish(command, status, 0, 0);
  }

  /// Ends all commands that are not carried out yet: another host preempted this one. The gate
  /// waits for the others.
  void preempt(ReservationGate gate) {
    for (Command command : slots) {
      if (command.isUnderWay()) {
        command.abortStatus = NvmeStatus.ABORTED_BY_PREEMPTION;
        if (!abort(command)) {
          gate.await();
          command.awaitedBy = gate;
        }
      }
    }
  }

  private void forgetWaiting(Command command) {
    Command waiting = waitingFirst;
    waitingFirst = null;
    waitingLast = null;
    while (waiting != null) {
      Command following = waiting.next;
      waiting.next = null;
      if (waiting != command) {
        awaitMemory(waiting);
      }
      waiting = following;
    }
  }

  /// The connection is closed: what was not sequenced is withdrawn and never appears; what was,
  /// goes on with nobody to be told.
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    receiving = null;
    waitingFirst = null;
    waitingLast = null;
    for (Command command : slots) {
      if (command.state == CommandState.EXECUTING) {
        abortExecuting(command);
      } else if (command.isUnderWay()) {
        command.next = null;
        finish(command, NvmeStatus.ABORTED_SQ_DELETION, 0, 0);
      }
    }
  }
}
