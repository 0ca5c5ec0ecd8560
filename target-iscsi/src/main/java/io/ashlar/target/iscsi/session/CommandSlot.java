package io.ashlar.target.iscsi.session;

import io.ashlar.target.iscsi.scsi.ScsiTask;
import io.ashlar.target.iscsi.scsi.TaskCompletion;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One command under way in a session. Made at login and reused.
final class CommandSlot {
  final ScsiTask task;

  CommandState state = CommandState.FREE;
  boolean isImmediate;
  int taskTag;
  long lun;

  /// The Expected Data Transfer Length for either direction; 0 if the command has no such
  /// direction.
  long expectedOutBytes;

  long expectedInBytes;

  /// The command's data; null if it has none.
  @Nullable TransferBuffer buffer;

  /// How much of the initiator's data the command wants and gets.
  int wantedBytes;

  /// Data received so far, all of them, wanted or not.
  int receivedBytes;

  /// Where the present unsolicited burst or R2T ends.
  int burstEndBytes;

  /// The tag that the present R2T's data carry.
  int transferTag;

  /// The next Data-Out's DataSN.
  int nextDataSn;

  int r2tCount;

  /// Task management functions that wait for this command's end.
  private final List<PendingFunction> waiting = new ArrayList<>(1);

  private int generation;
  private final int index;

  CommandSlot(int index, TaskCompletion completion) {
    this.index = index;
    this.task = new ScsiTask(this, completion);
  }

  /// Forgets the last command.
  void begin(int taskTag, long lun) {
    this.taskTag = taskTag;
    this.lun = lun;
    expectedOutBytes = 0;
    expectedInBytes = 0;
    wantedBytes = 0;
    receivedBytes = 0;
    burstEndBytes = 0;
    nextDataSn = 0;
    r2tCount = 0;
  }

  /// A transfer tag that no other R2T of late had.
  int newTransferTag() {
    generation = (generation + 1) & 0x7FFF;
    transferTag = (generation << 16) | index;
    return transferTag;
  }

  boolean isReceiving() {
    return state == CommandState.RECEIVING_UNSOLICITED || state == CommandState.RECEIVING_SOLICITED;
  }

  void await(PendingFunction function) {
    waiting.add(function);
  }

  /// Tells those who wait that the command is over.
  void tellWaiting() {
    for (int i = 0; i < waiting.size(); i++) {
      waiting.get(i).onTaskOver();
    }
    waiting.clear();
  }
}
