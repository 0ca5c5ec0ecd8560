package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// One command under way. Its owner allocates it once per command slot and reuses it: a command
/// allocates nothing.
public final class ScsiTask {
  public final UnsafeBuffer cdb = new UnsafeBuffer(new byte[Cdb.BYTES_MAX]);

  /// The command's data, in or out: memory outside the heap, set by the transport after
  /// [LogicalUnit#admit] told how much.
  public final UnsafeBuffer data = new UnsafeBuffer(0, 0);

  /// What failed, if [#status] is CHECK CONDITION.
  public final SenseData sense = new SenseData();

  /// Bytes that the initiator has ready to send; set by the transport before [LogicalUnit#admit].
  public long expectedOutBytes;

  /// Bytes of data that the command takes from the initiator; known once admitted.
  public int dataOutBytes;

  /// Bytes of `dataOutBytes` that the transport could get: less if the initiator expected less.
  public int dataOutReceived;

  /// Room that the command needs in [#data], for data to the initiator or to work with; known once
  /// admitted.
  public int room;

  /// Bytes of data for the initiator; known once done.
  public int dataInBytes;

  public int status;

  /// The transport's own.
  public final Object owner;

  final BlockRequest request;
  private final TaskCompletion completion;

  @Nullable LogicalUnit unit;
  @Nullable Nexus nexus;
  @Nullable CommandDescriptor command;

  /// The initiator named a logical unit that does not exist; only INQUIRY and its like come here
  /// so.
  boolean isForAbsentUnit;

  /// What goes on when the block request is done.
  private @Nullable CommandAction next;

  // cursors for commands that take several steps
  long cursor;
  long remaining;
  int step;

  /// What the command does to the reservations, from its execution to its end.
  @Nullable ReservationChange change;

  /// Where the request is now; null if it is here.
  private @Nullable BlockVolume withVolume;

  private boolean aborted;

  public ScsiTask(Object owner, TaskCompletion completion) {
    this.owner = owner;
    this.completion = completion;
    this.request = new BlockRequest(this::onBlockComplete);
    this.request.attachment = this;
  }

  /// Forgets the last command.
  void begin(LogicalUnit unit, Nexus nexus) {
    this.unit = unit;
    this.nexus = nexus;
    command = null;
    next = null;
    change = null;
    dataOutBytes = 0;
    dataOutReceived = 0;
    room = 0;
    dataInBytes = 0;
    cursor = 0;
    remaining = 0;
    step = 0;
    status = ScsiStatus.GOOD;
    withVolume = null;
    aborted = false;
  }

  LogicalUnit unit() {
    LogicalUnit present = unit;
    if (present == null) {
      throw new IllegalStateException("a task that was not admitted has no unit");
    }
    return present;
  }

  Nexus nexus() {
    Nexus present = nexus;
    if (present == null) {
      throw new IllegalStateException("a task that was not admitted has no nexus");
    }
    return present;
  }

  /// Whether it was withdrawn: its end shall not be told to the initiator.
  public boolean isAborted() {
    return aborted;
  }

  /// Withdraws the task. If the volume still has its request, the task is done when that is.
  ///
  /// @return whether the task is over; if not, its completion will tell
  public boolean abort() {
    aborted = true;
    ReservationChange waiting = change;
    if (waiting != null && waiting.withdraw()) {
      return true;
    }
    BlockVolume volume = withVolume;
    if (volume == null) {
      return true;
    }
    // completes at once if the volume can withdraw it; else when it completes, as it would have
    volume.abort(request);
    return false;
  }

  /// Sends the block request off; `after` runs when it is done well. Length and data are set here.
  void submit(BlockOperation operation, long offsetBytes, long lengthBytes, CommandAction after) {
    submitTo(unit().volume(), operation, offsetBytes, lengthBytes, after);
  }

  /// As [#submit], to another volume of the same shard.
  void submitTo(
      BlockVolume volume,
      BlockOperation operation,
      long offsetBytes,
      long lengthBytes,
      CommandAction after) {
    request.operation = operation;
    request.offsetBytes = offsetBytes;
    request.lengthBytes = lengthBytes;
    next = after;
    withVolume = volume;
    volume.submit(request);
  }

  /// Where in the task's data the request's `resultBytes` point.
  long offsetInData(BlockRequest done) {
    return done.data.addressOffset() - data.addressOffset() + done.resultBytes;
  }

  private void onBlockComplete(BlockRequest done) {
    withVolume = null;
    CommandAction after = next;
    ReservationChange saved = change;
    if (saved != null) {
      saved.onSaved(done);
    } else if (aborted) {
      completion.onTaskDone(this);
    } else if (done.status == BlockStatus.OK && after != null) {
      after.run(this);
    } else {
      BlockFailure.report(this, done);
    }
  }

  /// Ends the task well.
  void good() {
    status = ScsiStatus.GOOD;
    completion.onTaskDone(this);
  }

  /// Ends the task well with data for the initiator.
  void good(int dataInBytes) {
    this.dataInBytes = dataInBytes;
    good();
  }

  /// Ends the task before it began, for want of something in the transport.
  public void refuse(int status) {
    endWith(status);
  }

  void endWith(int status) {
    this.status = status;
    dataInBytes = 0;
    completion.onTaskDone(this);
  }

  public void fail(Sense why) {
    sense.set(why);
    endWith(ScsiStatus.CHECK_CONDITION);
  }

  /// Fails with the INFORMATION field set.
  void fail(Sense why, long information) {
    sense.set(why);
    sense.information(information);
    endWith(ScsiStatus.CHECK_CONDITION);
  }

  void failCdbField(int byteIndex, int bit) {
    sense.set(Sense.INVALID_FIELD_IN_CDB);
    sense.fieldInCdb(byteIndex, bit);
    endWith(ScsiStatus.CHECK_CONDITION);
  }

  void failCdbField(int byteIndex) {
    failCdbField(byteIndex, 7);
  }

  void failParameter(int byteIndex) {
    sense.set(Sense.INVALID_FIELD_IN_PARAMETER_LIST);
    sense.fieldInParameters(byteIndex);
    endWith(ScsiStatus.CHECK_CONDITION);
  }
}
