package io.ashlar.target.iscsi.session;

import io.ashlar.core.base.Check;
import io.ashlar.target.iscsi.scsi.ScsiTask;
import io.ashlar.target.iscsi.scsi.TaskCompletion;
import java.util.ArrayDeque;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/// A session's command slots: so many for numbered commands as the command window lets the
/// initiator send, and some for immediate ones. Slots are made when first needed.
final class CommandSlots implements TaskCompletion {
  /// Immediate commands are outside the window; these many may be under way.
  static final int IMMEDIATE_MAX = 8;

  private final int depth;
  private final CommandSlot[] slots;
  private final ArrayDeque<CommandSlot> free = new ArrayDeque<>();
  private final Int2ObjectHashMap<CommandSlot> byTag;
  private int made;
  private int numbered;
  private int immediate;
  private @Nullable TaskCompletion owner;

  CommandSlots(int depth) {
    this.depth = depth;
    this.slots = new CommandSlot[depth + IMMEDIATE_MAX];
    this.byTag = new Int2ObjectHashMap<>(2 * slots.length, 0.65f);
  }

  /// Where tasks return to.
  void owner(TaskCompletion owner) {
    this.owner = owner;
  }

  @Override
  public void onTaskDone(ScsiTask task) {
    TaskCompletion present = owner;
    if (present != null) {
      present.onTaskDone(task);
    }
  }

  /// Numbered commands that may be sent beside those under way.
  int room() {
    return depth - numbered;
  }

  @Nullable CommandSlot find(int taskTag) {
    return byTag.get(taskTag);
  }

  /// A slot for a new command, or null if none is left.
  @Nullable CommandSlot acquire(int taskTag, long lun, boolean isImmediate) {
    if (isImmediate ? immediate == IMMEDIATE_MAX : numbered == depth) {
      return null;
    }
    CommandSlot slot = free.poll();
    if (slot == null) {
      slot = new CommandSlot(made, this);
      slots[made] = slot;
      made++;
    }
    slot.begin(taskTag, lun);
    slot.isImmediate = isImmediate;
    slot.state = CommandState.EXECUTING;
    byTag.put(taskTag, slot);
    if (isImmediate) {
      immediate++;
    } else {
      numbered++;
    }
    return slot;
  }

  /// The command is over: the initiator may send another, and its answer says so already. With a
  /// window of one command no later PDU could.
  void leaveWindow(CommandSlot slot) {
    if (slot.isImmediate) {
      immediate--;
    } else {
      numbered--;
    }
  }

  /// The command left the window and was answered; its buffer has been taken care of.
  void release(CommandSlot slot) {
    Check.that(slot.state != CommandState.FREE, "a slot is freed once");
    Check.that(slot.buffer == null, "a free slot holds no buffer");
    slot.state = CommandState.FREE;
    byTag.remove(slot.taskTag);
    slot.tellWaiting();
    free.push(slot);
  }

  /// Withdraws every command: the session is over.
  void abortAll() {
    for (int i = 0; i < made; i++) {
      abort(slots[i]);
    }
  }

  /// Withdraws every command, and has `function` wait for their ends.
  void withdrawAll(PendingFunction function) {
    for (int i = 0; i < made; i++) {
      CommandSlot slot = slots[i];
      if (slot.state != CommandState.FREE) {
        function.await(slot);
        abort(slot);
      }
    }
  }

  /// Withdraws a command.
  ///
  /// @return whether it is over; if not, its completion frees it
  boolean abort(CommandSlot slot) {
    switch (slot.state) {
      case FREE -> {
        return true;
      }
      case RECEIVING_UNSOLICITED, RECEIVING_SOLICITED -> {
        slot.task.abort();
        slot.state = CommandState.ABORTING;
        onTaskDone(slot.task);
      }
      case EXECUTING -> {
        slot.state = CommandState.ABORTING;
        if (slot.task.abort()) {
          onTaskDone(slot.task);
        }
      }
      case ABORTING -> {}
    }
    return slot.state == CommandState.FREE;
  }
}
